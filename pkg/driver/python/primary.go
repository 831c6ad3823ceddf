package python

import (
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// isName reports whether the path is a name alone.
func isName(e Expression) bool { return e.Kind == Path && !strings.ContainsAny(e.Text, ".(") }

// primary reads an atom with the attributes, calls and subscripts after it.
func (p *parser) primary() node {
	first := p.tok.Position
	n := p.atom()
	for {
		switch {
		case p.at("."):
			p.advance()
			member := p.newName("an attribute's name")
			n = n.path("."+member.text, attribute)
		case p.at("("):
			n = p.call(n)
		case p.at("["):
			p.subscripts()
			n = node{Expression: Expression{Position: n.Position}, shape: subscript}
		default:
			return n
		}
		n.Position = span(first, p.last.Position)
	}
}

// path is the path with something after it; one that is too long is not kept.
func (n node) path(more string, s shape) node {
	out := node{Expression: Expression{Position: n.Position}, shape: s}
	if n.Kind == Path && len(n.Text)+len(more) <= maxPath {
		out.Kind, out.Text = Path, n.Text+more
	}
	return out
}

// call reads the arguments of a call.
func (p *parser) call(n node) node {
	open := p.advance()
	result := n.path("()", call)
	c := &Call{Position: n.Position, Path: n.Text, When: p.when}
	c.Arguments = p.arguments(true)
	p.close(open)
	if n.Kind == Path && result.Kind == Path {
		result.Call = c
		p.scope.Calls = push(p.scope.Calls, c)
	}
	return result
}

// subscripts reads [A, B:C:D, *E].
func (p *parser) subscripts() {
	open := p.advance()
	for {
		p.slice()
		if !p.accept(",") || p.at("]") {
			break
		}
	}
	p.close(open)
}

func (p *parser) slice() {
	if p.at("*") {
		p.starExpression()
		return
	}
	if !p.at(":") {
		alone := p.atWalrus()
		if p.named(); alone {
			return
		}
	}
	for range 2 {
		if p.accept(":") && !p.atAny(":", ",", "]") {
			p.expression()
		}
	}
}

// arguments reads what is between the parentheses of a call. Only a call can
// have a generator without parentheses of its own.
func (p *parser) arguments(generator bool) []Argument {
	a := &argumentList{parser: p, generator: generator}
	for !p.at(")") {
		a.one()
		if !p.accept(",") {
			break
		}
		a.count++
	}
	return a.list
}

// argumentList is a list of arguments that is being read.
type argumentList struct {
	*parser
	list      []Argument
	generator bool
	count     int
	names     map[string]bool
	// keyword and unpacked tell that NAME= and **NAME have been read.
	keyword, unpacked bool
}

func (a *argumentList) one() {
	first := a.tok
	switch {
	case a.at("*"):
		if a.unpacked {
			a.fail(first.Position, "`*` cannot stand after `**`")
		}
		a.advance()
		a.add("*", first.Position, a.expression())
	case a.at("**"):
		a.advance()
		a.unpacked = true
		a.add("**", first.Position, a.expression())
	case a.tok.kind == name && a.ahead.is("="):
		a.byName()
	default:
		a.positional(first)
	}
}

func (a *argumentList) byName() {
	n := a.advance()
	a.advance()
	if a.names[n.text] {
		a.fail(n.Position, "the argument `%s` is given twice", n.text)
	}
	if a.names == nil {
		a.names = map[string]bool{}
	}
	a.names[n.text], a.keyword = true, true
	a.add(n.text, n.Position, a.expression())
}

func (a *argumentList) positional(first token) {
	calls, inner, awaits := len(a.scope.Calls), len(a.scope.Inner), len(a.awaits)
	n := a.named()
	switch {
	case a.atComprehension():
		if !a.generator || a.count > 0 || n.shape == starred {
			a.fail(a.tok.Position, "a generator that is not the only argument stands in parentheses")
		}
		a.comprehension(calls, inner, awaits)
		if a.at(",") {
			a.fail(first.Position, "a generator that is not the only argument stands in parentheses")
		}
		n = node{Expression: Expression{Position: span(first.Position, a.last.Position)}}
	case a.at("="):
		a.fail(a.tok.Position, "the name of an argument is expected before `=`; to compare, write `==`")
	case a.keyword || a.unpacked:
		a.fail(n.Position, "an argument without a name stands after one with a name")
	}
	a.add("", n.Position, n)
}

func (a *argumentList) add(name string, at diagnostic.Position, n node) {
	if len(a.list) < maxItems {
		a.list = append(a.list, Argument{Name: name, At: at, Value: n.Expression})
	}
}
