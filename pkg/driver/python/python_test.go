package python

import (
	"fmt"
	"strings"
	"testing"
)

func parsed(t *testing.T, src string) *Module {
	t.Helper()
	m, err := Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// functions are those that the scope binds.
func functions(s *Scope) (out []*Function) {
	for _, b := range s.Bindings {
		if b.Function != nil {
			out = append(out, b.Function)
		}
	}
	return out
}

// head prints a function as a test can compare it.
func head(f *Function) string {
	var b strings.Builder
	for _, d := range f.Decorators {
		fmt.Fprintf(&b, "@%s ", d.Text)
	}
	if f.Async {
		b.WriteString("async ")
	}
	fmt.Fprintf(&b, "%s@%d:%d(", f.Name, f.Line, f.Column)
	for i, p := range f.Parameters {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %s", p.Kind, p.Name)
		if p.Annotated {
			b.WriteByte(':')
		}
		if p.HasDefault {
			b.WriteByte('=')
		}
	}
	return b.String() + ")"
}

func TestFunctions(t *testing.T) {
	tests := []struct {
		name, src string
		want      []string
	}{
		{"empty", "", nil},
		{"plain", "def f(): pass", []string{"f@1:5()"}},
		{"no newline at the end", "def f():\n  pass", []string{"f@1:5()"}},
		{"windows newlines", "x = 1\r\ndef f():\r\n  pass\r\n", []string{"f@2:5()"}},
		{"old newlines", "x = 1\rdef f():\r  pass\r", []string{"f@2:5()"}},
		{"async and decorators", "@flow\n@p.flow(name='x')\n@make()()\n@a[0]\nasync def f(): ...", []string{"@flow @p.flow() @make()() @ async f@5:11()"}},
		{"decorators over lines", "@flow(\n  name='x',\n)\n\n# so\n@a if b else c\n@(d := e)\ndef f(): ...", []string{"@flow() @ @ f@8:5()"}},
		{"all kinds", "def f(a, b: int = 1, /, c=2, *d: str, e, f=3, **g): ...", []string{"f@1:5(positional-only a, positional-only b:=, positional c=, *args d:, keyword-only e, keyword-only f=, **kwargs g)"}},
		{"bare star", "def f(*, a): ...", []string{"f@1:5(keyword-only a)"}},
		{"lambda defaults", "def f(a=lambda x, y=lambda z: z: (x, y), b: dict[str, int] = {'a': 1}): ...", []string{"f@1:5(positional a=, positional b:=)"}},
		{"over lines", "def f(\n    a,  # first, (\n    b='#)',\n): ...", []string{"f@1:5(positional a, positional b=)"}},
		{"type parameters", "def f[T: (int, str), *Ts, **P](a: T) -> dict[str, T]: ...", []string{"f@1:5(positional a:)"}},
		{"backslash", "def f(a) \\\n  -> int: ...\nx = 1 + \\\n2\ndef g(): ...", []string{"f@1:5(positional a)", "g@5:5()"}},
		{"in if and try", "if a:\n  def f(): ...\nelse:\n  try:\n    def g(): ...\n  except E: pass", []string{"f@2:7()", "g@5:9()"}},
		{"in with, for and match", "with a as b:\n  def f(): ...\nfor x in y:\n  def g(): ...\nmatch x:\n  case 1:\n    def h(): ...", []string{"f@2:7()", "g@4:7()", "h@7:9()"}},
		{"not in functions and classes", "class A:\n  def f(self): ...\n  if a:\n    def g(self): ...\ndef h():\n  def i(): ...\n", []string{"h@5:5()"}},
		{"not in strings", "'''\ndef f(): ...\n'''\nx = 'def g(): ...'\n\"\\\ndef h(): ...\"\n", nil},
		{"prefixes", "x = r'\\'' + Rf\"{a!r:>{w}}\" + U'' + u'' + \"\\\"\"\ny = rb'\\'' BR'''\n'''\ndef f(): ...", []string{"f@4:5()"}},
		{"f-strings", "x = f'{a[\"b\"]}' f\"{'}'}\" f'{{' f'{x:{y}}' f'''{\n1 + 1  # }\n}''' f'\\N{BULLET}' f'{a != b}' f'{x:%H:%M}' f'{ {1: 2}[1] }'\ndef f(): ...", []string{"f@4:5()"}},
		{"nested f-strings of 3.12", "x = f\"{f\"{f\"{1 + 1}\"}\"}\" f\"{'\\n'.join(a[\"b\"])}\"\ny = t'{x}'\ndef f(): ...", []string{"f@3:5()"}},
		{"numbers", "x = 1_000 + 0xFFe + 1e-5 + 1.j + .5e+3 + 3e1_4\ndef f(): ...", []string{"f@2:5()"}},
		{"unicode names", "def größe(名): ...", []string{"größe@1:5(positional 名)"}},
		{"names are normalized", "def ﬁle(ｘ): ...\n", []string{"file@1:5(positional x)"}},
		{"byte order mark", "\uFEFFdef f(): ...", []string{"f@1:5()"}},
		{"form feed", "\f\ndef f(): ...\n\f\n", []string{"f@2:5()"}},
		{"comments at odd indentation", "def f():\n  a\n # odd\n    # odder\n  b\ndef g(): ...", []string{"f@1:5()", "g@6:5()"}},
		{"redefined", "def f(a): ...\ndef f(b): ...", []string{"f@1:5(positional a)", "f@2:5(positional b)"}},
		{"def as part of names", "define = undef = 1\nx.def_ = 2", nil},
		{"soft keywords", "match = type = case = 1\nmatch(x)\nmatch[0]\ntype(x)\nmatch -x:\n  case {'a': [b, *_], **c} | D(e=1) if f: pass\ntype X[T] = int\ndef type(match): ...", []string{"type@8:5(positional match)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range functions(parsed(t, tt.src).Scope) {
				got = append(got, head(f))
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestGenerators(t *testing.T) {
	for src, want := range map[string]bool{
		"def f(): yield": true,
		"def f():\n  for x in y: z = yield from x":     true,
		"def f(): return f'{(yield)}'":                 true,
		"def f():\n  def g(): yield":                   false,
		"def f():\n  class A:\n    def g(self): yield": false,
		"def f(): return lambda: (yield)":              false,
	} {
		if f := functions(parsed(t, src).Scope)[0]; f.Generator != want {
			t.Errorf("%q: %v", src, f.Generator)
		}
	}
}

// asText prints an expression.
func asText(e Expression) string {
	switch e.Kind {
	case Path:
		return e.Text
	case String, Template:
		return fmt.Sprintf("%q", e.Text)
	case List, Starred:
		items := make([]string, len(e.Items))
		for i, item := range e.Items {
			items[i] = asText(item)
		}
		if e.Kind == Starred {
			return "*" + items[0]
		}
		return "[" + strings.Join(items, " ") + "]"
	}
	return "?"
}

func TestBindings(t *testing.T) {
	m := parsed(t, `import a, b.c, d.e as f
from g import h as i, j; from . import k
from ..l.m import (n,
  o as p,)
from q import *
try: import r
except ImportError as x: r = None
s: int = t.u(1)
v = w = flow(name='x')(y)
class C(D): z = 1
if TYPE_CHECKING: a2 = 1
elif b: a3 = b
if __name__ == "__main__": a4 = a
for a5, (a6.x, *a7) in b: del a5
with a as (b1): c: int
print(b2 := [b3 for b3 in b])
`)
	var got []string
	for _, b := range m.Bindings {
		s := fmt.Sprintf("%d:%d %s", b.Line, b.Column, b.Name)
		switch {
		case b.Import != nil:
			s += " " + strings.TrimSpace(b.Import.Module+" "+b.Import.Member)
		case b.Class != nil:
			s += " class"
		case b.Value != nil && b.Value.Kind != Other:
			s += " = " + asText(*b.Value)
		case b.Unbound:
			s += " del"
		}
		got = append(got, s+strings.Repeat("?", int(b.When)))
	}
	want := []string{
		"1:8 a a", "1:11 b b", "1:23 f d.e", "2:20 i g h", "2:23 j g j", "2:40 k . k", "3:20 n ..l.m n", "4:8 p ..l.m o", "5:15 * q *",
		"6:13 r r?", "7:23 x?", "7:26 r?", "8:1 s = t.u()", "9:1 v = flow()()", "9:5 w = flow()()", "10:7 C class",
		"11:19 a2??", "12:9 a3 = b?", "13:28 a4 = a???", "14:5 a5", "14:17 a7", "14:31 a5 del?", "15:12 b1", "16:7 b2",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCalls(t *testing.T) {
	m := parsed(t, `
async def f():
    await stop(id, ["a", 'b' "c"], timeout=3, *more, **rest)
    a.with_options(retries=2)(f"x {y} {{z}}", (lambda s: g(s)), [h(x) for x in y])
    x = (await (i()))
    f"{j(1)}"
    (k)("\x41\u00e9\101\N{BULLET}", rb"\x", [n, 1, {"s"}, ("t",), ()])
`)
	var got []string
	var walk func(s *Scope, label string)
	walk = func(s *Scope, label string) {
		for _, c := range s.Calls {
			var args []string
			for _, a := range c.Arguments {
				args = append(args, strings.TrimPrefix(a.Name+"="+asText(a.Value), "="))
			}
			how := ""
			if c.Awaited {
				how += " awaited"
			}
			if c.Dropped {
				how += " dropped"
			}
			got = append(got, fmt.Sprintf("%s%d:%d-%d %s(%s)%s", label, c.Line, c.Column, c.EndColumn, c.Path, strings.Join(args, ", "), how))
		}
		for _, inner := range s.Inner {
			walk(inner, map[ScopeKind]string{LambdaScope: "lambda ", ComprehensionScope: "for "}[inner.Kind])
		}
	}
	walk(functions(m.Scope)[0].Body, "")
	want := []string{
		`3:11-15 stop(id, ["a" "bc"], timeout=?, *=more, **=rest) awaited`,
		`4:5-19 a.with_options(retries=?)`,
		`4:5-30 a.with_options()("x {} {z}", ?, ?) dropped`,
		`5:17-18 i() awaited`,
		`6:8-9 j(?)`,
		"7:6-7 k(\"AéA\uFFFD\", ?, [n ? [\"s\"] [\"t\"] []]) dropped",
		`lambda 4:58-59 g(s)`,
		`for 4:66-67 h(x)`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEncoding(t *testing.T) {
	for src, want := range map[string]string{
		"# -*- coding: latin-1 -*-\n":                                  "latin-1 1:15-22 false",
		"#!/usr/bin/python\n# vim: set fileencoding=KOI8-R :\nx = 'é'": "KOI8-R 2:25-31 true",
		"\n\n# coding: latin-1":                                        "",
		"x = 1\n# coding: latin-1":                                     "",
		"'''\n# coding: latin-1\n'''":                                  "",
		"# coding: utf-8\n":                                            "",
		"# coding=UTF_8":                                               "",
		"# coding: u8\n# coding: latin-1":                              "",
		"# encoded as latin-1\n":                                       "",
	} {
		got := ""
		if e := parsed(t, src).Encoding; e != nil {
			got = fmt.Sprintf("%s %d:%d-%d %v", e.Name, e.Line, e.Column, e.EndColumn, e.Misread)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", src, got, want)
		}
	}
	// In another encoding these bytes may well be a name.
	parsed(t, "# coding: cp1252\n÷ = 1")
}
