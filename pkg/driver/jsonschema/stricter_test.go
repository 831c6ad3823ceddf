package jsonschema_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/test/fixture"
)

// replacements stand in for every value of a driver, one at a time.
var replacements = []any{nil, "", "x", "1.0", "a b", "./x", "actions.py::f", int64(-1), int64(70000), 1.5, true, []any{}, map[string]any{}, []any{nil}, map[string]any{"x": nil}}

// TestNeverStricter changes every value of a driver that has all fields, and
// expects that the schema rejects nothing that validate says nothing about.
func TestNeverStricter(t *testing.T) {
	schema := compile(t)
	d, found := fixture.Get(t, "good-full").Load(t)
	if d == nil || found.HasErrors() {
		t.Fatal(found)
	}
	changes := 0
	for _, place := range places(d.Raw, nil) {
		for _, value := range replacements {
			changed := change(runtime.DeepCopyJSON(d.Raw), place, value)
			rejected := rejections(schema.Validate(changed), changed)
			found := validate(t, changed)
			for _, path := range rejected {
				if !slices.ContainsFunc(found, func(p diagnostic.Diagnostic) bool { return about(p, path) }) {
					t.Errorf("%v = %v: the schema rejects %s, in which validate finds nothing", place, value, path)
				}
			}
			changes++
		}
	}
	if changes < 500 {
		t.Errorf("only %d changes were tried: good-full has lost its fields", changes)
	}
}

// places are where the document has values, as keys and indices.
func places(document any, at []string) [][]string {
	var out [][]string
	if len(at) > 0 {
		out = append(out, at)
	}
	switch value := document.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			out = append(out, places(value[key], append(slices.Clone(at), key))...)
		}
	case []any:
		for i := range value {
			out = append(out, places(value[i], append(slices.Clone(at), strconv.Itoa(i)))...)
		}
	}
	return out
}

// change replaces the value at the place.
func change(document any, place []string, value any) any {
	if len(place) == 0 {
		return value
	}
	switch d := document.(type) {
	case map[string]any:
		d[place[0]] = change(d[place[0]], place[1:], value)
	case []any:
		i, _ := strconv.Atoi(place[0])
		d[i] = change(d[i], place[1:], value)
	}
	return document
}

// validate finds what is wrong with the document, as driver.styrmin.yml in the
// current directory: JSON is YAML.
func validate(t *testing.T, document any) diagnostic.List {
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
