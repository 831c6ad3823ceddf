package jsonschema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTranslate(t *testing.T) {
	type object = map[string]any
	type list = []any
	for name, c := range map[string]struct{ in, want object }{
		"what both have":        {object{"type": "string", "pattern": "^a$"}, object{"type": "string", "pattern": "^a$"}},
		"what editors ignore":   {object{"format": "int32", "x-kubernetes-validations": list{}}, object{}},
		"an example":            {object{"example": "x"}, object{"examples": list{"x"}}},
		"a set":                 {object{"x-kubernetes-list-type": "set"}, object{"uniqueItems": true}},
		"a list keyed by names": {object{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list{"name"}}, object{}},
		"a wrapped comment":     {object{"description": "one\ntwo"}, object{"description": "one two"}},
		"items":                 {object{"items": object{"example": 1}}, object{"items": object{"examples": list{1}}}},
		"an optional field": {
			object{"properties": object{"env_vars": object{"type": "array"}}},
			object{"properties": object{"env_vars": object{"type": list{"array", "null"}, "title": "Env vars"}}},
		},
		"an optional choice": {
			object{"properties": object{"a": object{"enum": list{"x"}}}},
			object{"properties": object{"a": object{"enum": list{"x", nil}, "title": "A"}}},
		},
		"a required field": {
			object{"required": list{"a"}, "properties": object{"a": object{"type": "array"}}},
			object{"required": list{"a"}, "properties": object{"a": object{"type": "array", "title": "A"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := translate(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestTranslateKnowsItsLimits: a keyword that comes to the CRD with a new marker is noticed.
func TestTranslateKnowsItsLimits(t *testing.T) {
	in := map[string]any{"properties": map[string]any{"port": map[string]any{"x-kubernetes-int-or-string": true}}}
	if _, err := translate(in); err == nil || !strings.Contains(err.Error(), "port: the keyword x-kubernetes-int-or-string") {
		t.Errorf("found %v", err)
	}
}
