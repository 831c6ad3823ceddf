package jsonschema_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/test/fixture"
)

// TestNeverStricter changes every value of a driver that has all fields, and
// expects that the schema rejects nothing that validate says nothing about.
func TestNeverStricter(t *testing.T) {
	schema := compile(t)
	d, found := fixture.Get(t, "good-full").Load(t)
	if d == nil || found.HasErrors() {
		t.Fatal(found)
	}
	changes := 0
	for what, changed := range fixture.Changes(d.Raw) {
		found := validate(t, changed)
		for _, path := range rejections(schema.Validate(changed), changed) {
			if !slices.ContainsFunc(found, func(p diagnostic.Diagnostic) bool { return about(p, path) }) {
				t.Errorf("%s: the schema rejects %s, in which validate finds nothing", what, path)
			}
		}
		changes++
	}
	if changes < 500 {
		t.Errorf("only %d changes were tried: good-full has lost its fields", changes)
	}
}

// validate finds what is wrong with the document, as driver.styrmin.yml in the
// current directory: JSON is YAML.
func validate(t *testing.T, document map[string]any) diagnostic.List {
	t.Helper()
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	d, found := driver.Load(bytes.NewReader(text), ".")
	if d != nil {
		found = append(found, lint.Check(d, lint.Inputs{})...)
	}
	return found
}
