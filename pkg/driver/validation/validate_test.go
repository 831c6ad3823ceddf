package validation

import (
	"bytes"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/test/fixture"
)

var update = flag.Bool("update", false, "rewrite what the fixtures want")

// check returns all problems of a fixture's driver.
func check(t *testing.T, f fixture.Fixture) (*driver.Driver, diagnostic.List) {
	t.Helper()
	d, list := f.Load(t)
	if d != nil {
		list = append(list, Validate(d)...)
	}
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

// TestFixtures compares what is printed about every driver in testdata.
func TestFixtures(t *testing.T) {
	for _, f := range fixture.All(t) {
		t.Run(f.Name, func(t *testing.T) {
			_, list := check(t, f)
			if f.Good() && list.HasErrors() {
				t.Errorf("errors in a good driver: %v", list.Err())
			}
			f.Compare(t, text(t, list), *update)
		})
	}
}

// TestEveryRuleHasAFixture keeps rules and fixtures together.
func TestEveryRuleHasAFixture(t *testing.T) {
	all := fixture.All(t)
	for _, rule := range slices.Concat(driver.Rules(), Rules()) {
		broken := slices.ContainsFunc(all, func(f fixture.Fixture) bool {
			return f.Name == rule.ID && strings.Contains(f.Want(), fmt.Sprintf("[%s]\n", rule.ID))
		})
		if !broken {
			t.Errorf("there is no testdata/%s.txtar that breaks its rule", rule.ID)
		}
	}
}

// TestSameFromCluster expects the same problems of a driver read back as an object.
func TestSameFromCluster(t *testing.T) {
	for _, name := range []string{"good-full", "action-mode", "python-not-a-flow", "top-level-actions"} {
		t.Run(name, func(t *testing.T) {
			d, fromDir := check(t, fixture.Get(t, name))
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
