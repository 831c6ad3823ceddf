package jinja

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var (
	expressions = flag.Int("expressions", 2000, "how many random templates are compared with Jinja2")
	seed        = flag.Uint64("seed", 1, "the seed of the random templates")
)

// generator makes small random templates.
type generator struct{ *rand.Rand }

func (g generator) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g generator) atom() string {
	return g.pick("0", "1", "2", "-3", "7", "2.5", "-0.5", "1e3", "true", "false", "none", "nothing", "''", "'a'", "'b c'", "'Ab'", "'12'", `"it's"`, "'é'",
		"[]", "[1, 2, 3]", "['b', 'a']", "{}", "{'a': 1, 'b': 'x'}", "(1, 'a')", "range(4)", "users", "parameters", "app.version", "parameters.size",
		"parameters.replicas", "instance.config", "instance.config.nothing", "components.server", "services['web']", "x", "y")
}

func (g generator) expression(depth int) string {
	if depth <= 0 {
		return g.atom()
	}
	sub := func() string { return g.expression(depth - 1 - g.IntN(2)) }
	switch g.IntN(14) {
	case 0, 1:
		return sub() + " " + g.pick("+", "-", "*", "/", "//", "%", "**", "~", "~") + " " + sub()
	case 2:
		return sub() + " " + g.pick("==", "!=", "<", "<=", ">", ">=", "in", "not in") + " " + sub()
	case 3:
		return sub() + " " + g.pick("and", "or") + " " + sub()
	case 4:
		return g.pick("not ", "-", "+") + sub()
	case 5:
		return "(" + sub() + ")"
	case 6:
		return sub() + " if " + sub() + g.pick(" else "+sub(), "")
	case 7:
		return g.atom() + g.pick("[0]", "[-1]", "['a']", ".a", "[1:]", "[::-1]", "[:2]", ".name", "[x]", ".0", "["+sub()+"]", "["+sub()+":"+sub()+"]")
	case 8:
		return "[" + sub() + ", " + sub() + "]"
	case 9:
		return "{" + g.pick("'k'", "1", sub()) + ": " + sub() + "}"
	case 10:
		return sub() + " is " + g.pick("", "not ") + g.pick("defined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "odd", "even", "divisibleby 2", "in [1, 'a']", "eq 1", "lt 2", "lower", "upper", "true", "false", "callable", "undefined")
	case 11:
		return g.atom() + "." + g.pick("upper()", "lower()", "split()", "split(',')", "title()", "strip('a')", "replace('a', 'b')", "get('a')", "get('z', 1)", "keys() | list", "values() | list", "items() | list", "count('a')", "count(1)", "index(1)", "find('a')", "startswith('a')", "join(['x', 'y'])", "center(5)", "zfill(4)", "copy()", "isdigit()", "format(1)", "pop()", "pop('a')", "capitalize()", "splitlines()", "partition('b')")
	}
	return sub() + " | " + g.filter(sub)
}

func (g generator) filter(sub func() string) string {
	return g.pick("upper", "lower", "title", "capitalize", "trim", "length", "list", "first", "last", "join", "join('-')", "sort", "sort(reverse=true)", "unique | list", "reverse | list",
		"sum", "min", "max", "abs", "int", "float", "round", "round(1)", "round(1, 'floor')", "string", "tojson", "tojson(indent=2)", "default('d')", "default('d', true)", "d("+sub()+")",
		"replace('a', 'o')", "replace('a', "+sub()+")", "indent", "indent(2, true)", "batch(2) | list", "slice(2) | list", "map('string') | list", "map('upper') | list", "map(attribute='name') | list", "map(attribute='a', default=0) | list",
		"select | list", "reject | list", "select('odd') | list", "select('string') | list", "selectattr('age') | list", "rejectattr('a', 'defined') | list", "groupby('age') | list", "dictsort", "items | list",
		"center(7)", "truncate(3)", "wordcount", "urlencode", "e", "e | upper", "tojson | upper", "format(1)", "attr('a')", "filesizeformat", "join(attribute='name')", "count", "safe")
}

func (g generator) statement(depth int) string {
	body := func() string { return g.template(depth - 1) }
	e := func() string { return g.expression(2) }
	switch g.IntN(9) {
	case 0:
		return "{% if " + e() + " %}" + body() + g.pick("", "{% else %}"+body(), "{% elif "+e()+" %}"+body()) + "{% endif %}"
	case 1:
		return "{% for " + g.pick("x", "y", "x, y") + " in " + e() + g.pick("", "", " if "+e()) + " %}" + body() + g.pick("", "{{ loop.index }}", "{{ loop.last }}{{ loop.length }}", "{{ loop.previtem }}{{ loop.nextitem }}") + g.pick("", "{% else %}"+body()) + "{% endfor %}"
	case 2:
		return "{% set " + g.pick("x", "y", "x, y", "ns.a") + " = " + e() + " %}"
	case 3:
		return "{% set x %}" + body() + "{% endset %}"
	case 4:
		return "{% with x = " + e() + ", y = x %}" + body() + "{% endwith %}"
	case 5:
		return "{% macro m(x, y=" + e() + ") %}" + body() + "{% endmacro %}{{ m(" + g.pick("", e(), e()+", "+e(), "y="+e()) + ") }}"
	case 6:
		return "{% filter " + g.pick("upper", "trim", "indent(2)", "replace('a', 'b')") + " %}" + body() + "{% endfilter %}"
	case 7:
		return "{% macro c() %}{{ x }}{{ caller() }}{% endmacro %}{% call c() %}" + body() + "{% endcall %}"
	}
	return "{%- set ns = namespace(a=" + e() + ") -%} {{ ns.a }}"
}

func (g generator) template(depth int) string {
	var b strings.Builder
	for range 1 + g.IntN(2) {
		switch n := g.IntN(5); {
		case n == 0:
			b.WriteString(g.pick(" a ", "\n", "b\n  c", "- "))
		case n < 3 || depth <= 0:
			b.WriteString(g.pick("{{ ", "{{- ") + g.expression(2) + g.pick(" }}", " -}}"))
		default:
			b.WriteString(g.statement(depth))
		}
	}
	return b.String()
}

// unpredictable is text that depends on Jinja2's process.
func unpredictable(text string) bool {
	return strings.Contains(text, " at 0x") || strings.Contains(text, "<generator object") || strings.Contains(text, "<built-in method")
}

// TestRandomAgainstJinja2 compares random templates: a text that is not Jinja2's
// is a failure, and so is one where Jinja2 fails.
func TestRandomAgainstJinja2(t *testing.T) {
	jinja2, context := newOracle(t), testContext(t)
	g := generator{rand.New(rand.NewPCG(*seed, 0))}
	agree, fail, refused := 0, 0, map[string]int{}
	for range *expressions {
		template := g.template(2)
		want := jinja2.render(t, template, context)
		got, err := render(template, context)
		switch {
		case err != nil && want.Text == nil:
			fail++
		case err != nil && unpredictable(*want.Text):
		case err != nil:
			refused[fmt.Sprintf("%s: %s", problem(t, err), template)]++
		case want.Text == nil && !tooDeepForPython(want.Error):
			t.Errorf("%s\nrendered as %q\nJinja2: %s", template, got, want.Error)
		case want.Text != nil && got != *want.Text && !unpredictable(*want.Text):
			t.Errorf("%s\nrendered as %q\nJinja2:     %q", template, got, *want.Text)
		default:
			agree++
		}
	}
	t.Logf("%d templates render the same, %d are errors of both, %d are refused:", agree, fail, len(refused))
	for reason := range refused {
		t.Log(reason)
	}
}

// tooDeepForPython is where Python gives up and this package does not.
func tooDeepForPython(problem string) bool { return strings.HasPrefix(problem, "RecursionError") }
