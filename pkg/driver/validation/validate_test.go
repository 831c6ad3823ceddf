package validation

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

var update = flag.Bool("update", false, "rewrite what the fixtures want")

// load writes the archive's files into a directory and returns all problems of the driver.
func load(t *testing.T, a *txtar.Archive) (*driver.Driver, diagnostic.List) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range a.Files {
		if f.Name == "want" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	d, list := driver.LoadDir(".")
	if d == nil {
		t.Fatalf("nothing was loaded: %v", list)
	}
	list = append(list, Validate(d)...)
	list.Sort()
	return d, list
}

func text(t *testing.T, list diagnostic.List) string {
	t.Helper()
	var b bytes.Buffer
	if err := diagnostic.WriteText(&b, list, diagnostic.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFixtures compares what is printed about every driver in testdata. Names
// that begin with good have no errors; others break the rule that they are named after.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(root, file)
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, list := load(t, a)
			if strings.HasPrefix(name, "good") && list.HasErrors() {
				t.Errorf("errors in a good driver: %v", list.Err())
			}
			check(t, path, a, text(t, list))
		})
	}
}

func check(t *testing.T, path string, a *txtar.Archive, got string) {
	t.Helper()
	want := ""
	files := a.Files[:0:0]
	for _, f := range a.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		files = append(files, f)
	}
	if *update {
		a.Files = append(files, txtar.File{Name: "want", Data: []byte(got)})
		if err := os.WriteFile(path, txtar.Format(a), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got), `go test -update` accepts it\n%s", diff)
	}
}

// TestEveryRuleHasAFixture keeps rules and fixtures together.
func TestEveryRuleHasAFixture(t *testing.T) {
	for _, rule := range Rules() {
		data, err := os.ReadFile(filepath.Join("testdata", rule.ID+".txtar"))
		if err != nil {
			t.Errorf("the rule %s has no fixture: %v", rule.ID, err)
			continue
		}
		if !bytes.Contains(data, []byte("["+rule.ID+"]\n")) {
			t.Errorf("testdata/%s.txtar does not break its rule", rule.ID)
		}
	}
}

// TestSameFromCluster expects the same problems of a driver read back as an object.
func TestSameFromCluster(t *testing.T) {
	for _, name := range []string{"good-full", "action-mode", "python-not-a-flow", "top-level-actions"} {
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			d, fromDir := load(t, a)
			back, err := driver.FromObject(d.ToObject())
			if err != nil {
				t.Fatal(err)
			}
			fromCluster := Validate(back)
			if len(fromCluster) != len(fromDir) {
				t.Fatalf("%v\nfrom the cluster: %v", fromDir, fromCluster)
			}
			for i := range fromDir {
				if fromDir[i].Rule != fromCluster[i].Rule || fromDir[i].Severity != fromCluster[i].Severity {
					t.Errorf("%v\nfrom the cluster: %v", fromDir[i], fromCluster[i])
				}
			}
		})
	}
}
