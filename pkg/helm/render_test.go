package helm

import (
	"context"
	"errors"
	"log"
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	h := newHarness(t)
	c := h.chart(t, map[string]string{
		"templates/hook.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: check\n  annotations: {helm.sh/hook: test}\n",
	})
	for name, tc := range map[string]struct {
		values map[string]any
		want   string
	}{
		"nil values":   {nil, `colour: "blue"`},
		"given values": {map[string]any{"colour": "red"}, `colour: "red"`},
		"a hook":       {nil, "helm.sh/hook: test"},
		"namespaces":   {nil, "name: web"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := h.Render(t.Context(), Request{Release: "web", Chart: c, Values: tc.values})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got, tc.want) {
				t.Errorf("manifest without %q:\n%s", tc.want, got)
			}
		})
	}
}

func TestRenderErrors(t *testing.T) {
	h := newHarness(t)
	for _, tc := range []struct {
		name, template string
		schema         string
		want           string
	}{
		{"fail", `{{ fail "choose a colour" }}`, "", "chart does not render: notes/templates/x.yaml:1:3: choose a colour"},
		{"required", "a: 1\nb: {{ required \"colour is needed\" .Values.none }}", "", "notes/templates/x.yaml:2:6: colour is needed"},
		{"nil pointer", `{{ .Values.a.b.c }}`, "", "notes/templates/x.yaml:1:10: nil pointer evaluating interface {}.b at <.Values.a.b.c>"},
		{"syntax", `{{ if }}`, "", "notes/templates/x.yaml:1: missing value for if"},
		{"unknown function", `{{ frobnicate }}`, "", `notes/templates/x.yaml:1: function "frobnicate" not defined`},
		{"nested include", `{{ include "inner" . }}{{ define "inner" }}{{ .Values.a.b.c }}{{ end }}`, "", "nil pointer evaluating interface {}.b at <.Values.a.b.c>"},
		{"not YAML", "a: {{ .Values.colour }}: b: c", "", "YAML parse error on notes/templates/x.yaml"},
		{"schema", "", `{"properties":{"colour":{"enum":["green"]}}}`, "values don't meet the specifications of the schema"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := map[string]string{"templates/x.yaml": tc.template}
			if tc.schema != "" {
				files["values.schema.json"] = tc.schema
			}
			_, err := h.Render(t.Context(), Request{Release: "web", Chart: h.chart(t, files)})
			if !errors.Is(err, ErrRender) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error:\n%v\nexpected:\n%s", err, tc.want)
			}
			if strings.Contains(err.Error(), "executing") {
				t.Errorf("error keeps Helm's layers: %v", err)
			}
		})
	}
}

func TestRenderIsQuiet(t *testing.T) {
	var leaked strings.Builder
	saved := log.Writer()
	log.SetOutput(&leaked)
	t.Cleanup(func() { log.SetOutput(saved) })

	h := newHarness(t)
	c := h.chart(t, nil)
	table := map[string]any{"colour": map[string]any{"deep": true}}
	if _, err := h.Render(t.Context(), Request{Release: "web", Chart: c, Values: table}); err != nil {
		t.Fatal(err)
	}
	if leaked.Len() > 0 {
		t.Errorf("written to the standard logger: %s", leaked.String())
	}
	if !strings.Contains(h.log.String(), "skipped value for notes.colour") {
		t.Errorf("Helm's warning is lost: %s", h.log)
	}
	log.Print("after")
	if !strings.Contains(leaked.String(), "after") {
		t.Error("the standard logger was not given back")
	}
}

func TestRenderEndsWithContext(t *testing.T) {
	h := newHarness(t)
	c := h.chart(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Render(ctx, Request{Release: "web", Chart: c}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
