package lint

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/test/fixture"
)

var update = flag.Bool("update", false, "rewrite what the fixtures want")

// inputs are an operator's: a line before the fixture's files has flags;
// parameters.yml and context.yml are the files that flags would name.
func inputs(t *testing.T, f fixture.Fixture) Inputs {
	t.Helper()
	var in Inputs
	words := strings.Fields(f.Comment())
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
	decode(t, f.Text("parameters.yml"), &in.Values)
	decode(t, f.Text("context.yml"), &in.Context)
	return in
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if text == "" {
		return
	}
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

// TestFixtures compares what is printed about every driver in testdata. Names
// that begin with good have no errors; others break the rule that they are named after.
func TestFixtures(t *testing.T) {
	for _, f := range fixture.In(t, "testdata") {
		t.Run(f.Name, func(t *testing.T) {
			d, found := f.Load(t)
			if d == nil {
				t.Fatalf("nothing was loaded: %v", found)
			}
			found = append(found, Check(d, inputs(t, f))...)
			var b bytes.Buffer
			if err := diagnostic.WriteText(&b, found, diagnostic.TextOptions{}); err != nil {
				t.Fatal(err)
			}
			if f.Good() && len(found) > 0 {
				t.Errorf("problems of a good driver: %v", found)
			}
			if strings.Contains(b.String(), "hunter2") {
				t.Errorf("it shows a value:\n%s", b.String())
			}
			f.Compare(t, b.String(), *update)
		})
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
	for _, name := range []string{"notes", "founding", "infrahub", "shop"} {
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
