package chart

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
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

var update = flag.Bool("update", false, "rewrite what the fixtures want")

// fixture is a driver with its chart, and what is to be said about the two. A
// line before the files gives the operator's inputs: --set NAME=VALUE …
type fixture struct {
	path string
	*txtar.Archive
}

func fixtures(t testing.TB) []fixture {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures", err)
	}
	var out []fixture
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		absolute, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fixture{absolute, archive})
	}
	return out
}

func (f fixture) name() string { return strings.TrimSuffix(filepath.Base(f.path), ".txtar") }

func (f fixture) inputs() lint.Inputs {
	var in lint.Inputs
	for _, set := range strings.Split(string(f.Comment), "--set ")[1:] {
		in.Set = append(in.Set, strings.TrimSpace(set))
	}
	return in
}

// load writes the files into a directory, makes it the working directory, and loads the driver.
func (f fixture) load(t *testing.T) *driver.Driver {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, file := range f.Files {
		if file.Name == "want" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file.Name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file.Name, file.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, found := driver.LoadDir(".")
	if d == nil || found.HasErrors() {
		t.Fatalf("the driver alone is not good: %v", found)
	}
	if found := lint.Check(d, f.inputs()); found.HasErrors() {
		t.Fatalf("the driver alone is not good: %v", found)
	}
	return d
}

// want compares the text with the fixture's, or puts it there.
func (f fixture) want(t *testing.T, got string) {
	t.Helper()
	last := len(f.Files) - 1
	if last >= 0 && f.Files[last].Name != "want" {
		f.Files = append(f.Files, txtar.File{Name: "want"})
		last++
	}
	if diff := cmp.Diff(string(f.Files[last].Data), got); diff == "" {
		return
	} else if !*update {
		t.Errorf("(-want +got), `go test -update` accepts it\n%s", diff)
		return
	}
	f.Files[last].Data = []byte(got)
	if err := os.WriteFile(f.path, txtar.Format(f.Archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, list diagnostic.List) string {
	t.Helper()
	var b bytes.Buffer
	if err := diagnostic.WriteText(&b, list, diagnostic.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFixtures compares what is printed about every driver in testdata. Good ones
// have no problems; others break the rule that they are named after.
func TestFixtures(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name(), func(t *testing.T) {
			got := text(t, New("").Check(t.Context(), f.load(t), f.inputs()))
			if strings.HasPrefix(f.name(), "good-") && got != "" {
				t.Errorf("problems of a good driver:\n%s", got)
			}
			f.want(t, got)
		})
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

// TestFixturesBreakTheirRule expects of a bad fixture what its name says, and no other error.
func TestFixturesBreakTheirRule(t *testing.T) {
	for _, f := range fixtures(t) {
		if strings.HasPrefix(f.name(), "good-") {
			continue
		}
		t.Run(f.name(), func(t *testing.T) {
			found := New("").Check(t.Context(), f.load(t), f.inputs())
			if len(found) == 0 {
				t.Fatal("nothing was found")
			}
			for _, d := range found {
				if !strings.HasPrefix(f.name(), d.Rule) {
					t.Errorf("it breaks %s as well: %v", d.Rule, d)
				}
			}
		})
	}
}
