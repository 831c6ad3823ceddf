package values

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testContext() map[string]any {
	return map[string]any{
		"app":        map[string]any{"name": "notes", "version": "1.2.0"},
		"parameters": map[string]any{"replicas": float64(3), "debug": true, "title": "it's <b>: 1", "unset": nil},
		"instance":   map[string]any{"config": map[string]any{}, "namespace": "prod", "release": "notes"},
		"components": map[string]any{
			"server": map[string]any{
				"labels":   map[string]any{"app": "server"},
				"env_vars": map[string]any{"B": "2", "A": 1},
				"command":  []any{"serve"},
			},
			"worker": map[string]any{"labels": map[string]any{}},
		},
		"services": map[string]any{"web": map[string]any{"primary_fqdn": "", "human_readable_fqdn": nil}},
	}
}

func TestRender(t *testing.T) {
	tests := []struct {
		name, template string
		want           map[string]any
	}{
		{"empty", "", map[string]any{}},
		{"comments only", "# nothing\n{# at all #}\n", map[string]any{}},
		{"interpolation", "tag: {{ app.version }}\nreplicas: {{ parameters.replicas }}", map[string]any{"tag": "1.2.0", "replicas": int64(3)}},
		{"tojson of a number", "replicas: {{ parameters.replicas | tojson }}", map[string]any{"replicas": int64(3)}},
		{"tojson of a boolean", "debug: {{ parameters.debug | tojson }}", map[string]any{"debug": true}},
		{"plain boolean is Python's", "debug: {{ parameters.debug }}", map[string]any{"debug": true}},
		{"tojson escapes as YAML reads it", "title: {{ parameters.title | tojson }}", map[string]any{"title": "it's <b>: 1"}},
		{"absent renders empty", "class: \"{{ instance.config.ingress_class }}\"", map[string]any{"class": ""}},
		{"absent in if", "{%- if instance.config.ingress_class %}\na: 1\n{%- else %}\na: 2\n{%- endif %}\n", map[string]any{"a": int64(2)}},
		{"set", "{%- set host = services['web'].primary_fqdn or 'localhost' %}\nhost: {{ host }}\n", map[string]any{"host": "localhost"}},
		{"default", "class: {{ instance.config.ingress_class | default('nginx') | tojson }}", map[string]any{"class": "nginx"}},
		{"comments are rendered", "# {{ app.name }} {{ nothing }}\na: 1", map[string]any{"a": int64(1)}},
		{"env vars", `env: {{ components | component_env_vars("server") | tojson }}`, map[string]any{"env": []any{
			map[string]any{"name": "A", "value": "1"}, map[string]any{"name": "B", "value": "2"},
		}}},
		{"env vars unset", `env: {{ components | component_env_vars("worker") | tojson }}`, map[string]any{"env": []any{}}},
		{"command", `c: {{ components | component_command("server") | tojson }}`, map[string]any{"c": []any{"serve"}}},
		{"args unset", `c: {{ components | component_args("server") | tojson }}`, map[string]any{"c": []any{}}},
		{"args in if", "{%- set a = components | component_args('server') %}\n{%- if a %}\nargs: {{ a | tojson }}\n{%- endif %}\nb: null", map[string]any{"b": nil}},
		{"for", "l:\n{%- for v in components | component_env_vars('server') %}\n  - {{ v.name }}\n{%- endfor %}", map[string]any{"l": []any{"A", "B"}}},
		{"range", "l: [{% for i in range(2, 8, 3) %}{{ i }},{% endfor %}]", map[string]any{"l": []any{int64(2), int64(5)}}},
		{"YAML 1.1 as Helm reads it", "a: yes\nb: 0.5\nc: 2024-01-01", map[string]any{"a": true, "b": 0.5, "c": "2024-01-01"}},
		{"CRLF", "a: 1\r\n{%- if true %}\r\nb: 2\r\n{%- endif %}\r\n", map[string]any{"a": int64(1), "b": int64(2)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Render("values.j2.yml", tt.template, testContext())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRenderErrors(t *testing.T) {
	tests := []struct{ name, template, want string }{
		{"tojson of undefined", "a: 1\nclass: {{ instance.config.ingress_class | tojson }}", "values.j2.yml:2: the value before `| tojson` is undefined; give one with `| default(…)` or test it with `{% if … %}`"},
		{"field of undefined", "a: 1\n\nb: {{ nothing.at.all }}", "values.j2.yml:3: `nothing.at` cannot be read, because what it belongs to is undefined"},
		{"unknown filter", "a: {{ app | shout }}", "values.j2.yml:1: filter 'shout' not found"},
		{"unclosed if", "a: 1\n{% if app %}\n", "values.j2.yml:3: Unexpected EOF, expected tag elif or else or endif."},
		{"unclosed expression", "a: {{ app", "values.j2.yml:1: '}}' expected here"},
		{"unknown statement", "\n{% bogus %}", "values.j2.yml:2: the statement 'bogus' not found"},
		{"include", "a: 1\n{% include '/etc/passwd' %}", "values.j2.yml:2: `include` is not available: a values template cannot use other files"},
		{"import", "{% import '/etc/passwd' as x %}", "values.j2.yml:1: `import` is not available"},
		{"extends", "{% extends '/etc/passwd' %}", "values.j2.yml:1: `extends` is not available"},
		{"random", "a: {{ [1,2] | random }}", "values.j2.yml:1: the filter `random` is not available"},
		{"unknown component", "a: {{ components | component_args('sever') }}", "values.j2.yml:1: `component_args`: there is no component \"sever\", only [\"server\" \"worker\"]"},
		{"filter without a name", "a: {{ components | component_args }}", "write `components | component_args(\"NAME\")`"},
		{"list", "- a", "values.j2.yml: the rendered template is no mapping, but Helm values are one"},
		{"bad YAML", "a: 1\n b: 2\n", "values.j2.yml: the rendered template is not valid YAML: mapping values are not allowed in this context (line 2 of the rendered text)"},
		{"duplicate key", "a: 1\na: 2\n", "already"},
		{"endless", "{% for i in range(1000000) %}x{% endfor %}", "range is limited to 100000 numbers"},
		{"too long", "{% for i in range(90000) %}{{ 'x' * 100 }}{% endfor %}", "values.j2.yml: the rendered values are larger than 4 MiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Render("values.j2.yml", tt.template, testContext())
			if err == nil {
				t.Fatalf("no error, but %v", got)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}

func TestRenderIsDeterministic(t *testing.T) {
	template := "a: {{ components | tojson }}\nb: \"{% for k, v in parameters.items() %}{{ k }},{% endfor %}{% for k in components %}{{ k }}{% endfor %}\"\n# {{ components }}"
	first, err := RenderText("t", template, testContext())
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		again, err := RenderText("t", template, testContext())
		if err != nil || again != first {
			t.Fatalf("%v: %q, then %q", err, first, again)
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{"", "a: {{ app.name | tojson }}", "{% if a %}{% endif %}", "{{ x[1:2] }}", "{% set x = {} %}{{ x }}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, template string) {
		_, _ = Render("t", template, testContext())
	})
}
