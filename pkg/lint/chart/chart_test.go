package chart

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/test/fixture"
)

var update = flag.Bool("update", false, "rewrite what the fixtures want")

// fixtures are drivers with their charts. A line before the files gives the
// operator's inputs: --set NAME=VALUE …
func fixtures(t testing.TB) []fixture.Fixture { return fixture.In(t, "testdata") }

func inputs(f fixture.Fixture) lint.Inputs {
	var in lint.Inputs
	for _, set := range strings.Split(f.Comment(), "--set ")[1:] {
		in.Set = append(in.Set, strings.TrimSpace(set))
	}
	return in
}

// loadGood loads the driver, in which nothing but what has to do with the chart is wrong.
func loadGood(t *testing.T, f fixture.Fixture) *driver.Driver {
	t.Helper()
	d, found := f.Load(t)
	if d == nil || found.HasErrors() {
		t.Fatalf("the driver alone is not good: %v", found)
	}
	if found := lint.Check(d, inputs(f)); found.HasErrors() {
		t.Fatalf("the driver alone is not good: %v", found)
	}
	return d
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
		t.Run(f.Name, func(t *testing.T) {
			got := text(t, New("").Check(t.Context(), loadGood(t, f), inputs(f)))
			if strings.HasPrefix(f.Name, "good-") && got != "" {
				t.Errorf("problems of a good driver:\n%s", got)
			}
			f.Compare(t, got, *update)
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
		if strings.HasPrefix(f.Name, "good-") {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			found := New("").Check(t.Context(), loadGood(t, f), inputs(f))
			if len(found) == 0 {
				t.Fatal("nothing was found")
			}
			for _, d := range found {
				if !strings.HasPrefix(f.Name, d.Rule) {
					t.Errorf("it breaks %s as well: %v", d.Rule, d)
				}
			}
		})
	}
}
