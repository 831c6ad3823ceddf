package python

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// show prints a function as a test can compare it.
func show(f Function) string {
	var b strings.Builder
	for _, d := range f.Decorators {
		fmt.Fprintf(&b, "@%s", d.Name)
		if d.Called {
			b.WriteString("()")
		}
		b.WriteByte(' ')
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
		{"async and decorators", "@flow\n@p.flow(name='x')\n@make()()\n@a[0]\nasync def f(): ...", []string{"@flow @p.flow() @ @ async f@5:11()"}},
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
		{"prefixes", "x = rb'\\'' + Rf\"{a!r:>{w}}\" + BR'''\n''' + u'' + b\"\\\"\"\ndef f(): ...", []string{"f@3:5()"}},
		{"f-strings", "x = f'{a[\"b\"]}' f\"{'}'}\" f'{{' f'{x:{y}}' f'''{\n1 + 1  # }\n}''' f'\\N{BULLET}' f'{a != b}' f'{x:%H:%M}' f'{ {1: 2}[1] }'\ndef f(): ...", []string{"f@4:5()"}},
		{"nested f-strings of 3.12", "x = f\"{f\"{f\"{1 + 1}\"}\"}\" f\"{'\\n'.join(a[\"b\"])}\"\ny = t'{x}'\ndef f(): ...", []string{"f@3:5()"}},
		{"numbers", "x = 1_000 + 0xFFe + 1e-5 + 1.j + .5e+3\ndef f(): ...", []string{"f@2:5()"}},
		{"unicode names", "def größe(名): ...", []string{"größe@1:5(positional 名)"}},
		{"byte order mark", "\uFEFFdef f(): ...", []string{"f@1:5()"}},
		{"form feed", "\f\ndef f(): ...\n\f\n", []string{"f@2:5()"}},
		{"comments at odd indentation", "def f():\n  a\n # odd\n    # odder\n  b\ndef g(): ...", []string{"f@1:5()", "g@6:5()"}},
		{"redefined", "def f(a): ...\ndef f(b): ...", []string{"f@1:5(positional a)", "f@2:5(positional b)"}},
		{"def as part of names", "define = undef = 1\nx.def_ = 2", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Parse(tt.src)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range m.Functions {
				got = append(got, show(f))
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestBindings(t *testing.T) {
	m, err := Parse("import a, b.c, d.e as f\nfrom g import h as i, j; from . import k\nfrom ..l.m import (n,\n  o as p,)\nfrom q import *\ntry: import r\nexcept ImportError: r = None\ns: int = t.u(1)\nv = w = flow(name='x')(y)\nclass C(D): z = 1\nx[0] = 1\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "[{a a } {b b } {f d.e } {i g h} {j g j} {k . k} {n ..l.m n} {p ..l.m o} {* q *} {r r }]"
	if got := fmt.Sprint(m.Imports); got != want {
		t.Errorf("imports\ngot  %s\nwant %s", got, want)
	}
	if got := fmt.Sprint(m.Assignments); got != "[{r } {s t.u} {v }]" {
		t.Errorf("assignments %s", got)
	}
	if got := fmt.Sprint(m.Classes); got != "[C]" {
		t.Errorf("classes %s", got)
	}
}

func TestLastDefinitionWins(t *testing.T) {
	m, err := Parse("def f(a): ...\ndef f(b): ...")
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := m.Function("f"); !ok || f.Parameters[0].Name != "b" {
		t.Errorf("%+v", f)
	}
	if _, ok := m.Function("g"); ok {
		t.Error("g is not defined")
	}
}

func TestSyntaxErrors(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"unclosed bracket", "x = [1,\n  (2)\n", "line 1, column 5: this `[` is never closed"},
		{"wrong bracket", "x = (1]\n", "line 1, column 7: `]` does not close the `(` of line 1"},
		{"stray bracket", "x = 1)\n", "line 1, column 6: `)` closes nothing"},
		{"unclosed string", "a\nx = 'abc\ny = 1", "line 2, column 5: this string is not closed at the end of its line"},
		{"unclosed prefixed string", "x = rb'abc\n", "line 1, column 5: this string is not closed at the end of its line"},
		{"unclosed triple", "x = '''abc\ny = 1", "line 1, column 5: this string is never closed"},
		{"unclosed field", "x = f'{a", "line 1, column 7: this field of the f-string is never closed"},
		{"unclosed field at the quote", "x = f'{a:>3'\n", "line 1, column 7: this field of the f-string is never closed"},
		{"stray bracket in a field", "x = f'{a)}'\n", "line 1, column 9: this bracket closes nothing in the f-string's field"},
		{"dedent", "if a:\n    b\n  c\n", "line 3, column 3: the indentation matches no enclosing block"},
		{"indent", "a\n  b\n", "line 2, column 3: this line is indented, but no block begins above it"},
		{"no block", "if a:\nb\n", "line 2, column 1: an indented block is expected after the `:` above"},
		{"no block at the end", "def f():\n", "line 1, column 8: an indented block is expected after this `:`"},
		{"tabs and spaces", "if a:\n        b\n\tc\n", "line 3, column 2: tabs and spaces are mixed in the indentation"},
		{"character", "x = a ? b\n", "line 1, column 7: the character \"?\" does not belong here"},
		{"continuation", "x = \\ 1\n", "line 1, column 5: unexpected character after the line continuation `\\`"},
		{"continuation at the end", "x = \\", "line 1, column 5: the file ends in a line continuation `\\`"},
		{"no name", "def (a): ...\n", "line 1, column 5: a function's name is expected after def"},
		{"no parameters", "def f: ...\n", "line 1, column 5: `(` is expected after the function's name"},
		{"no colon", "def f()\n  pass\n", "line 1, column 7: `:` is expected after the function's head"},
		{"fields never closed", strings.Repeat("f'{", 5), "never closed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.src)
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("no syntax error but %v", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestDeepNestingEnds(t *testing.T) {
	for _, unit := range []string{"f'{", "f\"{f'{", "(", "f'{a:{", "if a:\n "} {
		_, _ = Parse(strings.Repeat(unit, 20000))
	}
	if _, err := Parse("x = " + strings.Repeat("(", 50000) + strings.Repeat(")", 50000)); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "@flow\nasync def f(a, *, b=1) -> None:\n    pass\n", "x = f'{a!r:{b}}'\n", "if a:\n\tb\n", "from a import (b as c,)\n", "def f[T](a: T = lambda x, y: x): ...", "\\\n", "'''"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		m, err := Parse(src)
		var syntax *SyntaxError
		if err != nil && !errors.As(err, &syntax) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil && m == nil {
			t.Fatal("neither a module nor an error")
		}
		lines := 1 + strings.Count(src, "\n") + strings.Count(src, "\r")
		if syntax != nil && (syntax.Line > lines || syntax.Column > utf8.RuneCountInString(src)+2) {
			t.Fatalf("position %d:%d outside of %d lines", syntax.Line, syntax.Column, lines)
		}
	})
}
