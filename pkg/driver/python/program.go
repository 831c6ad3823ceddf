package python

import (
	"cmp"
	"sort"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// Program is a set of modules that import one another, by their names. It
// tells what names mean. Not safe for concurrent use.
type Program struct {
	modules map[string]*Module
	// index has the places of a scope's names in its bindings.
	index map[*Scope]map[string][]int
}

// NewProgram makes a program of modules by the names that they are imported by,
// such as actions for actions.py. A module that cannot be read is nil.
func NewProgram(modules map[string]*Module) *Program {
	return &Program{modules: modules, index: map[*Scope]map[string][]int{}}
}

// Meaning is one of the things that a path may stand for. When none of its
// fields is set, nothing is known of it.
type Meaning struct {
	// Name is a path into a module that is not the program's, with all that
	// follows: prefect.flow().
	Name string
	// Module and Binding are where the program itself gives the meaning, by a
	// function, a class, or a value that is no path. Rest is what follows.
	Module  string
	Binding *Binding
	Rest    string
	// Missing tells a name that the program's module Module does not have; Rest is the name.
	Missing bool
	// Call is the call that Name ends in, when the program assigns its result
	// to a name; At is where.
	Call *Call
	At   Place
}

// Place is where in a program a path stands.
type Place struct {
	Module string
	Scope  *Scope
	// Position is that of the path: what the scope itself binds later does not
	// count. Zero stands for the end.
	diagnostic.Position
}

// Bounds of how far a path is followed.
const (
	maxSteps      = 20
	maxCandidates = 8
	maxScopes     = 100
)

// Resolve tells what a path may mean at a place. There are several answers
// when a name is bound in branches, and none for a name that is not bound.
func (p *Program) Resolve(at Place, path string) []Meaning {
	r := &resolver{Program: p, steps: maxSteps}
	r.path(at, path, origin{})
	return r.meanings
}

// Last are the bindings that may be in effect at a place, the latest first;
// the scope's own only.
func (p *Program) Last(at Place, name string) []*Binding {
	all := p.places(at.Scope)[name]
	if !at.IsZero() {
		all = all[:sort.Search(len(all), func(i int) bool { return !before(at.Scope.Bindings[all[i]].Position, at.Position) })]
	}
	var live []*Binding
	for i := len(all) - 1; i >= 0 && len(live) < maxCandidates; i-- {
		b := &at.Scope.Bindings[all[i]]
		if b.When > Sometimes {
			continue
		}
		live = append(live, b)
		if b.When == Always {
			break
		}
	}
	return live
}

func before(a, b diagnostic.Position) bool {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) < 0
}

// Binds reports whether the scope binds the name anywhere.
func (p *Program) Binds(s *Scope, name string) bool { return len(p.places(s)[name]) > 0 }

func (p *Program) places(s *Scope) map[string][]int {
	found, ok := p.index[s]
	if !ok {
		found = map[string][]int{}
		for i, b := range s.Bindings {
			found[b.Name] = append(found[b.Name], i)
		}
		p.index[s] = found
	}
	return found
}

// origin is the call that a path ends in, and where it stands.
type origin struct {
	call *Call
	at   Place
}

// resolver follows one path.
type resolver struct {
	*Program
	steps    int
	meanings []Meaning
}

func (r *resolver) add(m Meaning) { r.meanings = append(r.meanings, m) }

func (r *resolver) path(at Place, path string, from origin) {
	if r.steps--; r.steps < 0 {
		r.add(Meaning{})
		return
	}
	root, rest := cut(path)
	at, bound := r.scope(at, root)
	if !bound {
		r.wildcards(at, path)
		return
	}
	live := r.Last(at, root)
	if len(live) == maxCandidates || len(live) == 0 && !at.IsZero() {
		r.add(Meaning{}) // one that was left out, or that comes later
	}
	for _, b := range live {
		r.binding(at, b, rest, from)
	}
}

// cut splits a path behind its first name.
func cut(path string) (root, rest string) {
	if i := strings.IndexAny(path, ".("); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

// scope finds the scope around a place that binds the name. The scopes around
// the first one are looked at as they are in the end: that is when functions are called.
func (r *resolver) scope(at Place, name string) (Place, bool) {
	for n := 0; ; n++ {
		if visible := n == 0 || at.Scope.Kind != ClassScope; visible && r.Binds(at.Scope, name) {
			return at, true
		}
		if at.Scope.Parent == nil || n == maxScopes {
			return at, false
		}
		if inner := at.Scope.Kind; inner == FunctionScope || inner == LambdaScope {
			at.Position = diagnostic.Position{}
		}
		at.Scope = at.Scope.Parent
	}
}

// wildcards looks a name up in what `from … import *` brings.
func (r *resolver) wildcards(at Place, path string) {
	all := r.places(at.Scope)["*"]
	for _, i := range all[:min(len(all), maxCandidates)] {
		r.member(at.Scope.Bindings[i].Import.Module, "."+path, origin{}, true)
	}
}

func (r *resolver) binding(at Place, b *Binding, rest string, from origin) {
	switch {
	case b.Unbound:
	case b.Import != nil && b.Import.Member == "":
		r.member(b.Import.Module, rest, from, false)
	case b.Import != nil:
		r.member(b.Import.Module, "."+b.Import.Member+rest, from, false)
	case b.Function != nil, b.Class != nil:
		r.add(Meaning{Module: at.Module, Binding: b, Rest: rest})
	case b.Value != nil && b.Value.Kind == Path:
		at.Position = b.Position
		if rest == "" {
			from = origin{b.Value.Call, at}
		}
		r.path(at, b.Value.Text+rest, from)
	case b.Value != nil && b.Value.Kind != Other:
		r.add(Meaning{Module: at.Module, Binding: b, Rest: rest})
	default:
		r.add(Meaning{})
	}
}

// member follows a path into a module.
func (r *resolver) member(module, path string, from origin, wildcard bool) {
	m, ours := r.modules[module]
	switch {
	case !ours && wildcard:
		r.add(Meaning{Name: module + path})
		r.add(Meaning{})
	case strings.HasPrefix(module, "."):
		r.add(Meaning{})
	case !ours:
		r.add(Meaning{Name: module + path, Call: from.call, At: from.at})
	case m == nil || path == "" || path[0] != '.':
		r.add(Meaning{})
	default:
		r.inside(module, m, path[1:], from, wildcard)
	}
}

// inside follows a path that begins in another module of the program.
func (r *resolver) inside(name string, m *Module, path string, from origin, wildcard bool) {
	root, _ := cut(path)
	switch {
	case r.Binds(m.Scope, root):
		r.path(Place{Module: name, Scope: m.Scope}, path, from)
	case !r.Lacks(name, root):
		r.path(Place{Module: name, Scope: m.Scope}, path, from)
		r.add(Meaning{})
	case !wildcard:
		r.add(Meaning{Module: name, Rest: root, Missing: true})
	}
}

// Lacks reports whether a module of the program does not have the name for
// sure. Names with two underscores before them are given by Python.
func (p *Program) Lacks(module, name string) bool {
	m := p.modules[module]
	if m == nil || strings.HasPrefix(name, "__") {
		return false
	}
	return !p.Binds(m.Scope, name) && !p.Binds(m.Scope, "*") && !p.Binds(m.Scope, "__getattr__")
}
