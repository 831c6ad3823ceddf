package helm

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnforeseen(t *testing.T) {
	h := newHarness(t)
	for name, tt := range map[string]struct {
		files map[string]string
		want  []Unforeseen
	}{
		"nothing": {nil, nil},
		"in words only": {map[string]string{
			"templates/x.yaml": "# lookup now .Capabilities\n{{/* lookup */}}\na: {{ \"lookup\" }}\nb: {{ .Values.lookup }}\n",
		}, nil},
		"everywhere": {map[string]string{
			"templates/a.yaml":   "{{- if .Values.x }}{{ else }}{{ with (lookup \"v1\" \"Secret\" \"a\" \"b\") }}{{ .data }}{{ end }}{{ end }}",
			"templates/b.yaml":   "a: {{ (.Values.x | default (randAlphaNum 8)) | quote }}\nb: {{ $.Capabilities.KubeVersion.Major }}",
			"templates/_c.tpl":   "{{ define \"c\" }}{{ range $i := until 3 }}{{ $.Release.Revision }}{{ end }}{{ end }}",
			"templates/d.yaml":   "{{ include \"c\" . }}{{ .Capabilities.APIVersions.Has \"v1\" }}{{ template \"c\" (dict \"a\" now) }}",
			"templates/bad.yaml": "{{ if lookup }",
		}, []Unforeseen{
			{What: ".Capabilities", Templates: []string{"notes/templates/b.yaml", "notes/templates/d.yaml"}},
			{What: ".Release.Revision", Templates: []string{"notes/templates/_c.tpl"}},
			{What: "lookup", Templates: []string{"notes/templates/a.yaml"}},
			{What: "now", Templates: []string{"notes/templates/d.yaml"}},
			{What: "randAlphaNum", Templates: []string{"notes/templates/b.yaml"}},
		}},
		"in a subchart": {map[string]string{
			"charts/sub/Chart.yaml":       "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
			"charts/sub/templates/x.yaml": "a: {{ genPrivateKey \"rsa\" }}",
		}, []Unforeseen{{What: "genPrivateKey", Templates: []string{"notes/charts/sub/templates/x.yaml"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := h.chart(t, tt.files).Unforeseen()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-expected +found)\n%s", diff)
			}
		})
	}
}
