// Package verdict holds the command line, the webhook and the API server to one
// set of rules: what `kubectl styrmin validate` says of a driver decides
// everywhere.
package verdict

import (
	"slices"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/test/fixture"
)

// onDisk are the rules about what only files have: an object in the cluster has
// no bytes that are not text, no second document and no key twice.
var onDisk = []string{
	"driver-missing", "file-unreadable", "file-escapes", "file-encoding", "file-size",
	"yaml-syntax", "yaml-empty", "yaml-documents", "yaml-duplicate-key", "yaml-type", "yaml-alias", "yaml-depth",
	// The object that is made of a file has our kind, and all actions under spec.
	"api-version", "kind", "actions-twice",
}

func TestVerdicts(t *testing.T) {
	server := startServer(t)
	t.Run("of all", server.testOneRuleSet)
	t.Run("of the schema alone", server.testSchemaAlone)
	t.Run("of the installer's probe", server.testProbe)
}

// testProbe: by its refusal the installer knows that the webhook answers.
func (s *server) testProbe(t *testing.T) {
	if err := s.create(t, install.Probe().Object); err != nil {
		t.Errorf("the schema refuses it: %v", err)
	}
	if denial := review(t, install.Probe().Object); denial == "" {
		t.Error("the webhook accepts it")
	}
}

// testOneRuleSet compares the verdicts about every fixture. The schema may be
// weaker than the others, never stricter.
func (s *server) testOneRuleSet(t *testing.T) {
	for _, f := range fixture.All(t) {
		t.Run(f.Name, func(t *testing.T) {
			d, found := f.Load(t)
			if d == nil {
				t.Skip("there is no driver")
			}
			found = append(found, lint.Check(d, lint.Inputs{})...)
			refused := found.HasErrors()

			denial := review(t, d.ToObject())
			if denial != "" && !refused {
				t.Errorf("validate accepts it, the webhook denies it: %s", denial)
			}
			if denial == "" && refused && !excused(d, found) {
				t.Errorf("validate refuses it, the webhook does not: %v", found.Err())
			}
			if err := s.create(t, d.ToObject()); err != nil && !refused {
				t.Errorf("validate accepts it, the schema does not: %v", err)
			}
			if refused {
				return
			}
			// As kubectl applies the file, without those beside it.
			if denial := review(t, d.Raw); denial != "" {
				t.Errorf("validate accepts it, the webhook denies the file: %s", denial)
			}
			if err := s.create(t, d.Raw); err != nil {
				t.Errorf("validate accepts it, the schema does not accept the file: %v", err)
			}
		})
	}
}

// excused is true when no error can be told from the object. Where a driver has no
// other files at all, its object looks like a driver.styrmin.yml that was applied
// without them.
func excused(d *driver.Driver, found diagnostic.List) bool {
	for _, p := range found.Errors() {
		if !slices.Contains(onDisk, p.Rule) && (p.Rule != "action-location" || len(d.Files) > 0) {
			return false
		}
	}
	return true
}

// TestExcusesExist keeps the list of excuses short.
func TestExcusesExist(t *testing.T) {
	for _, id := range onDisk {
		if !slices.ContainsFunc(lint.Rules(), func(r diagnostic.Rule) bool { return r.ID == id }) {
			t.Errorf("there is no rule %s", id)
		}
	}
}
