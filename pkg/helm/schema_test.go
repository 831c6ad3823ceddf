package helm

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestViolations(t *testing.T) {
	const secret = "hunter2"
	for _, tc := range []struct {
		name, schema string
		values       map[string]any
		want         []Violation
	}{
		{"type", `{"properties":{"replicas":{"type":["integer","null"]}}}`, map[string]any{"replicas": secret}, []Violation{{"replicas", "expected null or integer, found string"}}},
		{"nested", `{"properties":{"a":{"properties":{"b":{"type":"string"}}}}}`, map[string]any{"a": map[string]any{"b": 1}}, []Violation{{"a.b", "expected string, found number"}}},
		{"in a list", `{"properties":{"a":{"items":{"type":"string"}}}}`, map[string]any{"a": []any{"x", true}}, []Violation{{"a.1", "expected string, found boolean"}}},
		{"several", `{"properties":{"x":{"type":"string"},"y":{"type":"string"}}}`, map[string]any{"x": true, "y": false}, []Violation{{"x", "expected string, found boolean"}, {"y", "expected string, found boolean"}}},
		{"missing", `{"required":["title","owner"]}`, nil, []Violation{{"title", "it is missing"}, {"owner", "it is missing"}}},
		{"enum", `{"properties":{"size":{"enum":["small","large"]}}}`, map[string]any{"size": secret}, []Violation{{"size", "expected one of small, large"}}},
		{"const", `{"properties":{"size":{"const":1}}}`, map[string]any{"size": secret}, []Violation{{"size", "expected 1"}}},
		{"pattern", `{"properties":{"p":{"pattern":"^[A-Z]+$"}}}`, map[string]any{"p": secret}, []Violation{{"p", "expected a match of the pattern ^[A-Z]+$"}}},
		{"length", `{"properties":{"p":{"minLength":9},"q":{"maxLength":3}}}`, map[string]any{"p": secret, "q": secret}, []Violation{{"p", "expected at least 9 characters"}, {"q", "expected at most 3 characters"}}},
		{"range", `{"properties":{"n":{"minimum":1.5},"m":{"maximum":3}}}`, map[string]any{"n": 1, "m": 4}, []Violation{{"m", "expected at most 3"}, {"n", "expected at least 1.5"}}},
		{"unknown", `{"additionalProperties":false,"properties":{"colour":{}}}`, map[string]any{"color": secret}, []Violation{{"color", "the schema has no such value"}}},
		{"forbidden", `{"properties":{"old":false}}`, map[string]any{"old": secret}, []Violation{{"old", "it is not allowed"}}},
		{"alternatives", `{"properties":{"p":{"anyOf":[{"type":"integer"},{"type":"null"}]}}}`, map[string]any{"p": secret}, []Violation{{"p", `the schema's keyword "anyOf" does not hold`}}},
		{"by reference", `{"$defs":{"n":{"type":"integer"}},"properties":{"p":{"$ref":"#/$defs/n"}}}`, map[string]any{"p": secret}, []Violation{{"p", "expected integer, found string"}}},
		{"all of", `{"allOf":[{"properties":{"p":{"type":"integer"}}},{"required":["q"]}]}`, map[string]any{"p": secret}, []Violation{{"p", "expected integer, found string"}, {"q", "it is missing"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t)
			c := h.chart(t, map[string]string{"values.schema.json": tc.schema})
			_, err := h.Render(t.Context(), Request{Release: "web", Chart: c, Values: tc.values})
			var failed *RenderError
			if !errors.As(err, &failed) {
				t.Fatalf("error %v", err)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error shows the value: %v", err)
			}
			less := cmp.Transformer("sorted", func(in []Violation) map[Violation]bool {
				out := map[Violation]bool{}
				for _, v := range in {
					out[v] = true
				}
				return out
			})
			if diff := cmp.Diff(tc.want, failed.Violations, less); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestViolationsOfSubcharts(t *testing.T) {
	h := newHarness(t)
	c := h.chart(t, map[string]string{
		"charts/sub/Chart.yaml":         "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
		"charts/sub/values.yaml":        "port: 80\n",
		"charts/sub/values.schema.json": `{"properties":{"port":{"type":"integer"}}}`,
	})
	for name, tc := range map[string]struct {
		values map[string]any
		want   string
	}{
		"a value of the subchart":  {map[string]any{"sub": map[string]any{"port": "http"}}, "refuses sub.port: expected integer, found string"},
		"the subchart is good":     {map[string]any{"sub": map[string]any{"port": 81}}, ""},
		"no values for a subchart": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Render(t.Context(), Request{Release: "web", Chart: c, Values: tc.values})
			if tc.want == "" && err != nil {
				t.Fatal(err)
			}
			if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("error %v, expected %q", err, tc.want)
			}
		})
	}
}

// TestSchemaElsewhere has a schema that refers to one on a server, as Helm allows.
func TestSchemaElsewhere(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/integer.json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(`{"type":"integer"}`))
	}))
	t.Cleanup(server.Close)
	h := newHarness(t)
	for file, want := range map[string]string{
		"/integer.json": "refuses p: expected integer, found string",
		"/other.json":   "404",
	} {
		c := h.chart(t, map[string]string{"values.schema.json": `{"properties":{"p":{"$ref":"` + server.URL + file + `"}}}`})
		_, err := h.Render(t.Context(), Request{Release: "web", Chart: c, Values: map[string]any{"p": "hunter2"}})
		if !errors.Is(err, ErrRender) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: error %v, expected %q", file, err, want)
		}
	}
}
