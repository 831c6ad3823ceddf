package python

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// shape is what an expression looks like to those who assign to it.
type shape uint8

const (
	other shape = iota
	variable
	attribute
	subscript
	series // a tuple or a list
	starred
	call
	literal
	operation
	comparison
	choice
	lambda
	awaiting
	yielding
	walrus
)

// shapes are in words what cannot be assigned to.
var shapes = map[shape]string{
	other: "this expression", starred: "an unpacked value", call: "the result of a call", literal: "a literal",
	operation: "the result of an operator", comparison: "a comparison", choice: "an `if` expression", lambda: "a lambda",
	awaiting: "the result of an await", yielding: "a yield", walrus: "the result of a `:=`", series: "a tuple or a list",
}

// wrong is a place that something cannot be done to.
type wrong struct {
	diagnostic.Position
	shape shape
}

// use is what is done to a target.
type use int

const (
	assigning use = iota
	deleting
	augmenting
	annotating
)

// verbs begin the messages about targets.
var verbs = map[use]string{
	assigning: "cannot be assigned to", deleting: "cannot be deleted",
	augmenting: "cannot be changed in place", annotating: "cannot have a type",
}

// cannot is the part of the expression to which something cannot be done; nil
// when it can.
func (n node) cannot(u use) *wrong {
	here := &wrong{n.Position, n.shape}
	switch n.shape {
	case variable, attribute, subscript:
		return nil
	case series:
		if u == augmenting || u == annotating {
			return here
		}
		if u == deleting {
			return n.starredPart()
		}
		return n.wrong
	case starred:
		if u == assigning {
			return n.wrong
		}
	}
	return here
}

// starredPart is the part of a series that cannot be deleted.
func (n node) starredPart() *wrong {
	for _, item := range n.Items {
		if item.Kind == Starred {
			return &wrong{item.Position, starred}
		}
	}
	return n.wrong
}

// assign does something to a target that gives its names an unknown meaning.
func (p *parser) assign(n node, u use) {
	if p.can(n, u) {
		p.bindTarget(n.Expression, nil, u == deleting)
	}
}

// assignValue assigns a value to a target.
func (p *parser) assignValue(n node, value *Expression) {
	if p.can(n, assigning) {
		p.bindTarget(n.Expression, value, false)
	}
}

// can reports what cannot be done to a target.
func (p *parser) can(n node, u use) bool {
	w := n.cannot(u)
	if w == nil && n.shape == starred {
		w = &wrong{n.Position, starred}
	}
	if w != nil {
		help := ""
		if u == assigning && p.at("=") && (w.shape == comparison || w.shape == call || w.shape == operation || w.shape == literal) {
			help = "; to compare, write `==`"
		}
		p.fail(w.Position, "%s %s%s", shapes[w.shape], verbs[u], help)
	}
	return w == nil
}

// bindTarget binds the names in a target.
func (p *parser) bindTarget(e Expression, value *Expression, unbound bool) {
	switch e.Kind {
	case Path:
		if isName(e) {
			p.bind(Binding{Name: e.Text, Position: e.Position, Value: value, Unbound: unbound})
		}
	case List, Starred:
		for _, item := range e.Items {
			p.bindTarget(item, nil, unbound)
		}
	}
}

// target reads one thing to assign to: in a for, a with.
func (p *parser) target() node {
	if p.at("*") {
		return p.starred(p.advance(), p.primary())
	}
	return p.primary()
}

// targets reads what a for assigns to, and binds it.
func (p *parser) targets() {
	n := p.target()
	if p.at(",") {
		s := sequence(n)
		for p.accept(",") && !p.at("in") {
			s.add(p.target())
		}
		s.Position = span(n.Position, p.last.Position)
		n = s.node
	}
	p.assign(n, assigning)
}
