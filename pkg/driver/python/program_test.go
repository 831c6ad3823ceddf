package python

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// say prints meanings as a test can compare them.
func say(meanings []Meaning) string {
	var out []string
	for _, m := range meanings {
		switch {
		case m.Missing:
			out = append(out, "no "+m.Module+"."+m.Rest)
		case m.Name != "":
			out = append(out, m.Name)
		case m.Binding == nil:
			out = append(out, "?")
		case m.Binding.Value != nil:
			out = append(out, m.Module+":"+asText(*m.Binding.Value)+m.Rest)
		default:
			out = append(out, fmt.Sprintf("%s:%d%s", m.Module, m.Binding.Line, m.Rest))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestResolve resolves the first argument of every call of ask.
func TestResolve(t *testing.T) {
	helpers := "from prefect import flow\ndef f(): ...\ng = f\nx = 'x'\nimport actions\nfrom broken import h\n"
	tests := []struct{ name, src, want string }{
		{"not bound", "ask(a)", ""},
		{"import", "import a\nask(a)", "a"},
		{"what follows", "import a\nask(a.b().c)", "a.b().c"},
		{"import as", "import a.b as c\nask(c.d())", "a.b.d()"},
		{"nested import", "import a.b\nask(a.b.c)", "a.b.c"},
		{"from", "from a import b as c\nask(c)", "a.b"},
		{"relative", "from .a import b\nask(b)", "?"},
		{"function", "def f(): ...\nask(f.x())", "m:1.x()"},
		{"class", "class A: ...\nask(A())", "m:1()"},
		{"literal", "a = ['b', 'c']\nask(a)", `m:["b" "c"]`},
		{"unknown value", "a = 1 + 1\nask(a)", "?"},
		{"alias", "from a import b\nc = b.d\nask(c(1))", "a.b.d()"},
		{"the last one", "a = 'x'\na = 'y'\nask(a)", `m:"y"`},
		{"not a later one", "a = 'x'\nask(a)\na = 'y'", `m:"x"`},
		{"later only", "ask(a)\na = 'x'", "?"},
		{"itself", "from a import b\nb = b.c()\nask(b)", "a.b.c()"},
		{"in branches", "try:\n  from a import b\nexcept E:\n  b = None\nask(b)", "? a.b"},
		{"in a branch", "b = 'x'\nif a:\n  b = 'y'\nask(b)", `m:"x" m:"y"`},
		{"TYPE_CHECKING", "b = 'x'\nif TYPE_CHECKING:\n  b = 'y'\nask(b)", `m:"x"`},
		{"del", "a = 'x'\ndel a\nask(a)", ""},
		{"parameter", "import a\ndef f(a): ask(a)", "?"},
		{"for", "for a in b: ask(a)", "?"},
		{"global", "import a\ndef f():\n  global a\n  ask(a)", "?"},
		{"function sees the end", "def f(): ask(a)\na = 'x'\na = 'y'", `m:"y"`},
		{"function's own", "import a\ndef f():\n  a = 'x'\n  ask(a)", `m:"x"`},
		{"function around", "def f():\n  a = 'x'\n  def g(): ask(a)\n  a = 'y'", `m:"y"`},
		{"class is not seen by its functions", "a = 'x'\nclass A:\n  a = 'y'\n  def f(self): ask(a)", `m:"x"`},
		{"class sees itself", "class A:\n  a = 'y'\n  ask(a)", `m:"y"`},
		{"lambda", "f = lambda a, b: ask(a)", "?"},
		{"around a lambda", "f = lambda b: ask(a)\na = 'x'", `m:"x"`},
		{"comprehension", "a = 'x'\n[ask(a) for a in b]", "?"},
		{"around a comprehension", "a = 'x'\n[ask(a) for b in c]\na = 'y'", `m:"x"`},
		{"walrus in a comprehension", "[(a := b) for b in c]\nask(a)", "?"},
		{"module", "import helpers\nask(helpers.f)", "helpers:2"},
		{"from a module", "from helpers import g as h\nask(h.x)", "helpers:2.x"},
		{"through a module", "from helpers import flow\nask(flow())", "prefect.flow()"},
		{"literal of a module", "from helpers import x\nask(x)", `helpers:"x"`},
		{"not in a module", "from helpers import y\nask(y)", "no helpers.y"},
		{"attribute that is not there", "import helpers\nask(helpers.y.z)", "no helpers.y"},
		{"name of Python's own", "import helpers\nask(helpers.__file__)", "?"},
		{"module that is broken", "from broken import y\nask(y)", "?"},
		{"through a broken module", "from helpers import h\nask(h)", "?"},
		{"all of a module", "from helpers import *\nask(g)", "helpers:2"},
		{"all of another package", "from a import *\nask(g)", "? a.g"},
		{"all of both", "from helpers import *\nfrom a import *\nask(g)", "? a.g helpers:2"},
		{"in a circle", "from helpers import actions\nask(actions.helpers.actions.helpers.f)", "helpers:2"},
		{"in an endless circle", "from circle import a\nask(a)", "?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			modules := map[string]*Module{"m": parsed(t, tt.src), "helpers": parsed(t, helpers), "actions": parsed(t, "import helpers"), "circle": parsed(t, "from circle import b as a, a as b"), "broken": nil}
			p := NewProgram(modules)
			asked := false
			var walk func(s *Scope)
			walk = func(s *Scope) {
				for _, c := range s.Calls {
					if c.Path == "ask" {
						asked = true
						of := c.Arguments[0].Value
						if got := say(p.Resolve(Place{Module: "m", Scope: s, Position: of.Position}, of.Text)); got != tt.want {
							t.Errorf("got %q, want %q", got, tt.want)
						}
					}
				}
				for _, inner := range s.Inner {
					walk(inner)
				}
				for _, b := range s.Bindings {
					if b.Function != nil {
						walk(b.Function.Body)
					}
					if b.Class != nil {
						walk(b.Class.Body)
					}
				}
			}
			walk(modules["m"].Scope)
			if !asked {
				t.Error("ask is not called")
			}
		})
	}
}

func TestResolveKeepsTheCall(t *testing.T) {
	m := parsed(t, "from prefect import flow\nwith_name = flow(name='x')\nf = with_name(g)\n")
	p := NewProgram(map[string]*Module{"m": m})
	got := p.Resolve(Place{Module: "m", Scope: m.Scope}, "f")
	if len(got) != 1 || got[0].Name != "prefect.flow()()" || got[0].Call == nil || got[0].Call.Arguments[0].Value.Text != "g" || got[0].At.Line != 3 {
		t.Errorf("%+v", got)
	}
}

// TestResolveEnds resolves in a program that leads nowhere in many ways.
func TestResolveEnds(t *testing.T) {
	var src strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&src, "if x: a%d = a%d\nif y: a%d = a%d\n", i+1, i, i+1, i/2)
	}
	m := parsed(t, src.String())
	p := NewProgram(map[string]*Module{"m": m})
	if got := p.Resolve(Place{Module: "m", Scope: m.Scope}, "a5000"); len(got) > maxSteps*maxCandidates {
		t.Errorf("%d meanings", len(got))
	}
}
