package values

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/values/jinja"
)

// bombs are templates that would take for ever, or all memory.
var bombs = []string{
	`{% for a in range(10**9) %}{% endfor %}`,
	`{% for a in range(10**18) if false %}{% endfor %}`, `{% for a in range(10**18) if nothing %}{% endfor %}`,
	`{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}`,
	`{{ "x" * 10**9 }}`, `{{ "x" * 10**6 * 10**6 }}`, `{{ [0] * 10**9 }}`, `{{ ([0] * 1000) * 10**9 }}`, `{{ (1,) * 10**9 }}`,
	`{{ 10 ** 10 ** 10 }}`, `{{ 9 ** 9 ** 9 ** 9 }}`, `{{ 2.0 ** 10**9 }}`, `{{ 10 ** -(10**18) }}`,
	`{{ "%999999999d" % 1 }}`, `{{ "%.999999999f" % 1 }}`, `{{ "{:>999999999}".format(1) }}`, `{{ "{:.999999999f}".format(1.0) }}`,
	`{{ "x".center(10**9) }}`, `{{ "x".zfill(10**9) }}`, `{{ "x" | indent(10**9, true) }}`, `{{ "\t".expandtabs(10**9) }}`, `{{ [1] | tojson(indent=10**9) }}`,
	`{{ "x" | center(10**9) }}`, `{{ [1] | batch(10**9, 0) | list }}`, `{{ [1] | slice(10**9) | list }}`, `{{ range(10**12) | list }}`, `{{ range(10**12) | join }}`, `{{ range(10**15) | sum }}`,
	`{{ range(10**12) | length }}`, `{{ 10**11 in range(10**12) }}`, `{{ range(10**12) | last }}`, `{{ range(10**12) | reverse | first }}`, `{{ range(-9223372036854775807, 9223372036854775807) | length }}`, `{{ range(9223372036854775807)[9223372036854775806] }}`,
	`{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}`, `{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}`,
	`{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}`, `{% for x in [1] recursive %}{{ loop([1, 1]) }}{{ loop([1, 1]) }}{% endfor %}`,
	`{% set l = [1] %}{% for x in l %}{% set _ = l.append(x) %}{% endfor %}`, `{% set l = [] %}{% set _ = l.append(l) %}{{ l }}`, `{% set l = [] %}{% set _ = l.append(l) %}{{ l | tojson }}`, `{% set l = [] %}{% set _ = l.append(l) %}{{ l == l.copy() }}`,
	`{% set d = {} %}{% set _ = d.update({"d": d}) %}{{ d }}`, `{% set l = [1] %}{% set _ = l.extend(l) %}{{ l }}`, `{% set l = [1] %}{% for i in range(99) %}{% set _ = l.extend(l) %}{% endfor %}`,
	`{% set ns = namespace(x="xx") %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}`, `{% set ns = namespace(x=["x"]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}`,
	`{% set ns = namespace(x="ab") %}{% for i in range(99) %}{% set ns.x = ns.x | replace("a", ns.x) %}{% endfor %}`, `{% set ns = namespace(x="<") %}{% for i in range(99) %}{% set ns.x = ns.x ~ (ns.x | e) %}{% endfor %}`,
	`{% set ns = namespace(x=(1,)) %}{% for i in range(99) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}`, `{% set ns = namespace(x=1) %}{% for i in range(999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}`,
	strings.Repeat("(", 5000), "{{ " + strings.Repeat("(", 5000), "{{ " + strings.Repeat("[", 90) + strings.Repeat("]", 90) + " }}", "{{ " + strings.Repeat("-", 5000) + "1 }}", "{{ " + strings.Repeat("not ", 5000) + "1 }}",
	strings.Repeat("{% if true %}", 5000), "{{ x" + strings.Repeat(".a", 20000) + " }}", "{{ 1" + strings.Repeat("|abs", 20000) + " }}", "{{ 1" + strings.Repeat("+1", 20000) + " }}", "{{ 1" + strings.Repeat(" if 1 else 1", 5000) + " }}",
	"{{ 1" + strings.Repeat(" and 1", 20000) + " }}", "{{ a" + strings.Repeat("()", 20000) + " }}", "{{ " + strings.Repeat("'a' ", 20000) + " }}", "{{ {" + strings.Repeat("1: {", 5000) + " }}",
	`{{ [3, 2, 1] | sort(attribute="a.b.c") }}`, `{{ "a.b" | map(attribute="` + strings.Repeat("x.", 9999) + `") | list }}`, `{{ "` + strings.Repeat("x ", 9999) + `".split() | sort | unique | list | length }}`,
	`{{ ("a" * 100000).split("a") | length }}`, `{{ ("a" * 100000) | list | length }}`, `{% for c in "a" * 999999 %}{% endfor %}`, `{% filter upper %}{% for i in range(99999) %}{{ "x" * 1000 }}{% endfor %}{% endfilter %}`,
	strings.Repeat("{{ xx }}", 50000), strings.Repeat("ü{{ parameters.x }}", 20000), strings.Repeat("{% set x = x ~ y %}", 20000),
	"{#" + strings.Repeat("{#", 9999), strings.Repeat("{{", 9999), strings.Repeat("{%", 9999), strings.Repeat("{%-", 9999), strings.Repeat("{{ 1 }}", 9999), "{% raw %}" + strings.Repeat("{% endraw ", 9999),
	"a: &a [1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]\ng: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]\nh: [*g, *g, *g, *g, *g, *g, *g, *g, *g]",
	"{% for i in range(100000) %}[{% endfor %}", "{% for i in range(100000) %}a: {% endfor %}", "{% for i in range(50000) %}a{{ i }}: 1\n{% endfor %}", "{% for i in range(3000) %}{{ ' ' * i }}a:\n{% endfor %}",
}

var fuzzShape = &jinja.Shape{Sample: map[string]any{}, Others: jinja.Doubtful, Fields: map[string]*jinja.Shape{
	"app":        {Sample: map[string]any{}, Others: jinja.Doubtful, Fields: map[string]*jinja.Shape{"name": {Sample: ""}}},
	"parameters": {Sample: map[string]any{}, Others: jinja.Impossible, What: "parameter", Fields: map[string]*jinja.Shape{"replicas": {Sample: int64(0)}}},
	"components": {Sample: map[string]any{}, Others: jinja.Impossible, What: "component", Fields: map[string]*jinja.Shape{"server": nil}},
}}

// mostMemory is what one template may allocate in all, in bytes.
const mostMemory = 1 << 30

// checkAll does to a template all that is done to one.
func checkAll(t *testing.T, template string) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	defer func() {
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > mostMemory {
			t.Errorf("%.100q took %d MiB of memory", template, used>>20)
		}
	}()
	parsed, err := Parse("t", template)
	if err != nil {
		check(t, template, err)
		return
	}
	for _, f := range parsed.Check(fuzzShape) {
		check(t, template, &Error{Position: diagnostic.Position(f.Position), Message: f.Message})
	}
	rendered, err := parsed.Render(testContext())
	if err != nil {
		check(t, template, err)
		return
	}
	if len(rendered.Text()) > 4<<20 {
		t.Errorf("%.100q became %d bytes", template, len(rendered.Text()))
	}
	if _, err := rendered.Values(); err != nil {
		check(t, template, err)
	}
}

// check expects a message of ours, and a place that the template has.
func check(t *testing.T, template string, err error) {
	t.Helper()
	problem, ok := err.(*Error) //nolint:errorlint // it must be this very type
	if !ok {
		t.Errorf("%.100q: not an *Error: %v", template, err)
		return
	}
	if problem.IsZero() && strings.Contains(problem.Message, "not valid YAML") {
		return // of a few, the YAML library does not know the place
	}
	lines := strings.Count(template, "\n") + strings.Count(template, "\r") + 1
	if problem.Line < 1 || problem.Line > lines || problem.Column < 1 || problem.EndLine < problem.Line || problem.EndLine == problem.Line && problem.EndColumn < problem.Column {
		t.Errorf("%.100q: no such place: %+v: %s", template, problem.Position, problem.Message)
	}
	if problem.Message == "" || strings.Contains(problem.Message, "%!") && !strings.Contains(template, "%!") {
		t.Errorf("%.100q: no message: %q", template, problem.Message)
	}
}

// FuzzTemplate parses, checks and renders any text: no panic, no end of memory,
// and a message of ours for everything that is wrong.
func FuzzTemplate(f *testing.F) {
	for _, bomb := range bombs {
		f.Add(bomb)
	}
	files, err := filepath.Glob("jinja/testdata/corpus/*")
	if err != nil || len(files) == 0 {
		f.Fatal("no corpus", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, template := range txtar.Parse(data).Files {
			f.Add(string(template.Data))
		}
		if filepath.Ext(file) == ".lines" {
			for _, line := range strings.Split(string(data), "\n") {
				f.Add(line)
			}
		}
	}
	f.Fuzz(checkAll)
}

func BenchmarkCheck(b *testing.B) {
	template := `version: {{ app.version | tojson }}
{%- set web = services['web'] %}
{%- if web.primary_fqdn %}
host: {{ web.primary_fqdn | tojson }}
{%- else %}
host: "{{ app.name }}.{{ instance.namespace }}.svc"
{%- endif %}
{%- for name, component in components.items() %}
{{ name }}:
  labels: {{ component.labels | tojson }}
  env: {{ components | component_env_vars("server") | tojson }}
{%- endfor %}
replicas: {{ parameters.replicas }}
`
	context := testContext()
	b.ReportAllocs()
	for b.Loop() {
		parsed, err := Parse("t", template)
		if err != nil {
			b.Fatal(err)
		}
		parsed.Check(fuzzShape)
		rendered, err := parsed.Render(context)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := rendered.Values(); err != nil {
			b.Fatal(err)
		}
	}
}
