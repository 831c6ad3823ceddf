package driver

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

var update = flag.Bool("update", false, "rewrite what testdata/syntax.txtar wants")

// TestSyntaxErrors prints what is said about each NAME.yml of testdata/syntax.txtar
// and compares it with the NAME.txt behind it.
func TestSyntaxErrors(t *testing.T) {
	const path = "testdata/syntax.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wants := map[string]string{}
	for _, f := range archive.Files {
		wants[f.Name] = string(f.Data)
	}
	var files []txtar.File
	for _, f := range archive.Files {
		name, ok := strings.CutSuffix(f.Name, ".yml")
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			got := printed(t, string(f.Data))
			files = append(files, f, txtar.File{Name: name + ".txt", Data: []byte(got)})
			if diff := cmp.Diff(wants[name+".txt"], got); diff != "" && !*update {
				t.Errorf("(-want +got), `go test -update` accepts it\n%s", diff)
			}
		})
	}
	if *update {
		archive.Files = files
		if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// printed is what loading says about the YAML of a driver, but for unknown fields.
func printed(t *testing.T, text string) string {
	t.Helper()
	_, list := Load(strings.NewReader(text), "")
	var kept diagnostic.List
	for _, d := range list {
		if d.Rule != "unknown-field" {
			kept = append(kept, d)
		}
	}
	var b bytes.Buffer
	if err := diagnostic.WriteText(&b, kept, diagnostic.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
