// Package verdict holds the command line, the webhook and the API server to one
// set of rules: what `kubectl styrmin validate` says of a driver decides
// everywhere.
package verdict

import (
	"bytes"
	"encoding/json"
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
	// The object that is made of a file has all actions under spec.
	"actions-twice",
}

func TestVerdicts(t *testing.T) {
	server := startServer(t)
	t.Run("about every fixture", server.testFixtures)
	t.Run("about every change", server.testChanges)
	t.Run("of the schema alone", server.testSchemaAlone)
	t.Run("about the installer's probe", server.testProbe)
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

// testFixtures compares the verdicts about every fixture.
func (s *server) testFixtures(t *testing.T) {
	for _, f := range fixture.All(t) {
		t.Run(f.Name, func(t *testing.T) {
			d, found := f.Load(t)
			if d == nil {
				t.Skip("there is no driver")
			}
			found = append(found, lint.Check(d, lint.Inputs{})...)
			s.compare(t, f.Name, d, found)
			if found.HasErrors() {
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

// testChanges compares the verdicts about a driver that has all fields, with
// every value of it changed in turn.
func (s *server) testChanges(t *testing.T) {
	good, _ := fixture.Get(t, "good-full").Load(t)
	compared, refused := 0, 0
	for what, changed := range fixture.Changes(good.Raw) {
		text, err := json.Marshal(changed)
		if err != nil {
			t.Fatal(err)
		}
		d, found := driver.Load(bytes.NewReader(text), ".")
		if d == nil {
			continue
		}
		found = append(found, lint.Check(d, lint.Inputs{})...)
		s.compare(t, what, d, found)
		compared++
		if found.HasErrors() {
			refused++
		}
	}
	t.Logf("%d changes, of which validate refuses %d", compared, refused)
}

// compare expects that the webhook denies just what validate refuses, and that
// the schema refuses nothing else.
func (s *server) compare(t *testing.T, what string, d *driver.Driver, found diagnostic.List) {
	t.Helper()
	refused := found.HasErrors()
	switch denial := review(t, d.ToObject()); {
	case denial != "" && !refused:
		t.Errorf("%s: validate accepts it, the webhook denies it: %s", what, denial)
	case denial == "" && refused && !excused(d, found):
		t.Errorf("%s: validate refuses it, the webhook does not: %v", what, found.Err())
	}
	if err := s.create(t, d.ToObject()); err != nil && !refused {
		t.Errorf("%s: validate accepts it, the schema does not: %v", what, err)
	}
}

// excused is true when no error can be told from the object.
func excused(d *driver.Driver, found diagnostic.List) bool {
	return !slices.ContainsFunc(found.Errors(), func(p diagnostic.Diagnostic) bool {
		switch {
		case slices.Contains(onDisk, p.Rule):
		case p.Path == "apiVersion", p.Path == "kind":
			// The object that is made of a file has those of our kind.
		case p.Rule == "action-location" && len(d.Files) == 0:
			// It looks like a driver.styrmin.yml that was applied without the other files.
		default:
			return true
		}
		return false
	})
}

// TestExcusesExist keeps the list of excuses short.
func TestExcusesExist(t *testing.T) {
	for _, id := range onDisk {
		if !slices.ContainsFunc(lint.Rules(), func(r diagnostic.Rule) bool { return r.ID == id }) {
			t.Errorf("there is no rule %s", id)
		}
	}
}
