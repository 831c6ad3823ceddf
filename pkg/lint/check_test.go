package lint

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

var update = flag.Bool("update", false, "rewrite what the fixtures want")

// fixture is a driver, an operator's inputs, and what is to be said about them.
// A line before the files has flags; parameters.yml and context.yml are the
// files that flags would name.
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

func (f fixture) inputs(t *testing.T) Inputs {
	t.Helper()
	var in Inputs
	words := strings.Fields(string(f.Comment))
	for i := 0; i+1 < len(words); i += 2 {
		switch words[i] {
		case "--set":
			in.Set = append(in.Set, words[i+1])
		case "--version":
			in.Version = words[i+1]
		case "--no-samples":
			in.NoSamples = words[i+1] == "true"
		}
	}
	f.decode(t, "parameters.yml", &in.Values)
	f.decode(t, "context.yml", &in.Context)
	return in
}

func (f fixture) decode(t *testing.T, name string, into any) {
	t.Helper()
	for _, file := range f.Files {
		if file.Name != name {
			continue
		}
		data, err := yaml.YAMLToJSON(file.Data)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
}

// load writes the files into a directory, makes it the working directory, and loads the driver.
func (f fixture) load(t *testing.T) (*driver.Driver, diagnostic.List) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, file := range f.Files {
		if err := os.WriteFile(file.Name, file.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, found := driver.LoadDir(".")
	if d == nil {
		t.Fatalf("nothing was loaded: %v", found)
	}
	return d, found
}

// TestFixtures compares what is printed about every driver in testdata. Names
// that begin with good have no errors; others break the rule that they are named after.
func TestFixtures(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name(), func(t *testing.T) {
			d, found := f.load(t)
			found = append(found, Check(d, f.inputs(t))...)
			var b bytes.Buffer
			if err := diagnostic.WriteText(&b, found, diagnostic.TextOptions{}); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(f.name(), "good") && len(found) > 0 {
				t.Errorf("problems of a good driver: %v", found)
			}
			if strings.Contains(b.String(), "hunter2") {
				t.Errorf("it shows a value:\n%s", b.String())
			}
			f.check(t, b.String())
		})
	}
}

func (f fixture) check(t *testing.T, got string) {
	t.Helper()
	want := ""
	f.Files = slices.DeleteFunc(f.Files, func(file txtar.File) bool {
		if file.Name == "want" {
			want = string(file.Data)
		}
		return file.Name == "want"
	})
	if *update {
		f.Files = append(f.Files, txtar.File{Name: "want", Data: []byte(got)})
		if err := os.WriteFile(f.path, txtar.Format(f.Archive), 0o600); err != nil {
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
	for _, rule := range rules {
		data, err := os.ReadFile(filepath.Join("testdata", rule.ID+".txtar"))
		if err != nil || !bytes.Contains(data, []byte("["+rule.ID+"]\n")) {
			t.Errorf("testdata/%s.txtar does not break its rule: %v", rule.ID, err)
		}
	}
}

// TestCheckInParallel is for the race detector: many checks of drivers, some of them the same.
func TestCheckInParallel(t *testing.T) {
	var drivers []*driver.Driver
	for _, name := range []string{"notes", "founding"} {
		d, found := driver.LoadDir(filepath.Join("../../examples", name))
		if d == nil || found.HasErrors() {
			t.Fatal(found)
		}
		drivers = append(drivers, d)
	}
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			if found := Check(drivers[i%len(drivers)], Inputs{}); len(found) > 0 {
				t.Error(found)
			}
		})
	}
	group.Wait()
}
