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
		{"tojson of a character beyond 16 bits", "a: {{ '😀 \\\\ud83d\\\\ude00' | tojson }}\nb: '{{ '😀' | tojson }}'", map[string]any{"a": "😀 \\ud83d\\ude00", "b": `"😀"`}},
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
		{"tojson of undefined", "a: 1\nclass: {{ instance.config.ingress_class | tojson }}", "values.j2.yml:2:11: `tojson` needs a value, but `instance.config.ingress_class` is undefined: a mapping has no field `ingress_class`; give it a value with `| default(…)`, or test it with `is defined`"},
		{"field of undefined", "a: 1\n\nb: {{ nothing.at.all }}", "values.j2.yml:3:7: `nothing` is undefined; give it"},
		{"unknown filter", "a: {{ app | shout }}", "values.j2.yml:1:7: there is no filter `shout`"},
		{"unclosed if", "a: 1\n{% if app %}\n", "values.j2.yml:2:4: the `if` of line 2 is never closed; expected `{% elif %}`, `{% else %}` or `{% endif %}`"},
		{"unclosed expression", "a: {{ app", "values.j2.yml:1:4: `{{` is never closed; expected `}}`"},
		{"unknown statement", "\n{% fro x in y %}", "values.j2.yml:2:4: there is no statement `fro`; did you mean \"for\"?"},
		{"include", "a: 1\n{% include '/etc/passwd' %}", "values.j2.yml:2:4: `include` is not available: a template of values cannot use other files"},
		{"random", "a: {{ [1,2] | random }}", "the filter `random` is not available: the same input must always give the same values"},
		{"unknown component", "a: {{ components | component_args('sever') }}", "values.j2.yml:1:7: `component_args`: the driver declares no component of that name, only [\"server\" \"worker\"]"},
		{"filter without a name", "a: {{ components | component_args }}", "write `components | component_args(\"NAME\")`"},
		{"list", "\n# comment\n- a", "values.j2.yml:3:1: the rendered template is a list; Helm values are a mapping (line 3 of the rendered text)"},
		{"text", "{{ app.name }}", "values.j2.yml:1:4: the rendered template is a text; Helm values are a mapping (line 1 of the rendered text)"},
		{"bad YAML", "{# c #}\n{%- if true %}\na: 1\n{%- endif %}\n b: 2\n", "values.j2.yml:5:2: the rendered text is not valid YAML: there is a `: ` where no mapping can begin (line 3 of the rendered text)"},
		{"bad YAML from an expression", "a: 1\nb: {{ parameters.title }}\n", "values.j2.yml:2:1: the rendered text is not valid YAML: there is a `: ` where no mapping can begin (line 2 of the rendered text); `| tojson` quotes"},
		{"duplicate key", "a: 1\n\nb: 2\na: 2\n", "values.j2.yml:4:1: the rendered text is not valid YAML: the mapping has this key already (line 4 of the rendered text)"},
		{"a quote that is never closed", "a: 1\nb: 'x\nc: 1\n", "values.j2.yml:2:1: the rendered text is not valid YAML: a quote is never closed (line 2 of the rendered text)"},
		{"bad indentation", "a:\n    b: 1\n  c: 2\n", "values.j2.yml:3:3: the rendered text is not valid YAML: this line does not continue the mapping (line 3 of the rendered text)"},
		{"no key", "a: |\nx\n", "a key is not followed by `: `"},
		{"endless", "{% for i in range(10000000) %}{% for j in range(10000000) %}{% endfor %}{% endfor %}", "rendering takes too long: more than 500000 steps"},
		{"too long", "{% for i in range(90000) %}{{ 'x' * 100 }}{% endfor %}", "the rendered text is larger than 4 MiB"},
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

// TestErrorsShowNoValues makes every kind of problem of a value that is a
// secret, and looks for it in what is said.
func TestErrorsShowNoValues(t *testing.T) {
	secrets := []string{"s3cr3t", "*s3cr3t", "s3cr3t: s3cr3t: s3cr3t", "!!int s3cr3t", "a: 1\ns3cr3t: 1\ns3cr3t: 2", "'s3cr3t", "{s3cr3t", "s3cr3t\n  s3cr3t", "@s3cr3t", "[s3cr3t]: 1\n? {s3cr3t: 1}\n: 2"}
	templates := []string{
		"a: {{ parameters.x }}", "{{ parameters.x }}", "a: b\n{{ parameters.x }}", "a: 1\n  {{ parameters.x }}", "a: {{ parameters.x + 1 }}", "a: {{ parameters.x.y.z }}",
		"a: {{ parameters[parameters.x] | tojson }}", "a: {{ components | component_args(parameters.x) }}", "a: {{ parameters.x | int + parameters.x }}", "a: {{ parameters.x | round }}",
		"a: {{ [1] | map(parameters.x) | list }}", "a: {{ [1] | select(parameters.x) | list }}", "a: {{ dict(**{parameters.x: 1}) | sort(**{parameters.x: 1}) }}", "a: {{ '%(' ~ parameters.x ~ ')s' % {} }}", "a: {{ parameters.x.format() }}",
		"a: {{ ('{' ~ parameters.x ~ '}').format() }}", "{{ {parameters.x: 1}.pop(parameters.x ~ 1) }}", "a: {{ parameters.x | format(1) }}", "a: {{ {parameters.x: {}} | attr(parameters.x) | tojson }}",
		"{% macro m() %}{% endmacro %}{{ m(**{parameters.x: 1}) }}", "a: {{ [1] | sort(attribute=parameters.x) | map(attribute=parameters.x) | list | tojson }}",
	}
	for _, secret := range secrets {
		for _, template := range templates {
			_, err := Render("t", template, map[string]any{"parameters": map[string]any{"x": secret}, "components": map[string]any{}})
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%s: %v", template, err)
			}
		}
	}
}

func TestRenderIsDeterministic(t *testing.T) {
	template := "a: {{ components | tojson }}\nb: \"{% for k, v in parameters.items() %}{{ k }},{% endfor %}{% for k in components %}{{ k }}{% endfor %}\"\n# {{ components }}"
	var first string
	for i := range 100 {
		parsed, err := Parse("t", template)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parsed.Render(testContext())
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && again.Text() != first {
			t.Fatalf("%q, then %q", first, again.Text())
		}
		first = again.Text()
	}
}

// TestConcurrently shares everything that can be shared: the race detector has the say.
func TestConcurrently(t *testing.T) {
	shared, err := Parse("t", "a: {{ parameters.title | upper | tojson }}\nl: {{ [3, 1] | sort | tojson }}\n{% for k, v in components | items %}{{ k }}: {{ v.labels | tojson }}\n{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	context := testContext()
	want, err := Render("t", "{{ app | tojson }}", context)
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 50 {
				if _, err := shared.Render(context); err != nil {
					t.Error(err)
				}
				if got, err := Render("t", "{{ app | tojson }}", context); err != nil || !cmp.Equal(want, got) {
					t.Error(got, err)
				}
			}
		})
	}
}
