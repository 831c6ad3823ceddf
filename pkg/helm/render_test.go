package helm

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
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
			if all := got.Manifest + got.Hooks; !strings.Contains(all, tc.want) {
				t.Errorf("manifest without %q:\n%s", tc.want, all)
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
		{"not YAML", "a: {{ .Values.colour }}: b: c", "", "chart does not render: notes/templates/x.yaml: yaml: mapping values are not allowed"},
		{"schema", "", `{"properties":{"colour":{"enum":["green"]}}}`, "chart does not render: values.schema.json refuses colour: expected green"},
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

// TestRenderSuitsTheChart expects no chart to be refused for a cluster that is not known.
func TestRenderSuitsTheChart(t *testing.T) {
	h := newHarness(t)
	for constraint, want := range map[string]string{
		"":                       "1.37.0",
		">=1.25.0-0":             "1.37.0",
		">=1.21 <1.30":           "1.29.0",
		"~1.28.0":                "1.28.0",
		">= 1.19.0-0 < 1.27.0-0": "1.26.0",
		"1.22.x || 1.24.x":       "1.24.0",
	} {
		t.Run(constraint, func(t *testing.T) {
			c := h.chart(t, map[string]string{
				"Chart.yaml":       chartYAML + fmt.Sprintf("kubeVersion: %q\n", constraint),
				"templates/v.yaml": "kind: ConfigMap\ndata: {version: {{ .Capabilities.KubeVersion }}}\n",
			})
			got, err := h.Render(t.Context(), Request{Release: "web", Chart: c})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got.Manifest, "version: v"+want) {
				t.Errorf("expected %s:\n%s", want, got.Manifest)
			}
		})
	}
}

// TestNewestMinorIsOurClients keeps the constant in step with go.mod.
func TestNewestMinorIsOurClients(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("k8s.io/client-go v0.%d.", newestMinor); !strings.Contains(string(text), want) {
		t.Errorf("go.mod has no %s: newestMinor is out of date", want)
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
