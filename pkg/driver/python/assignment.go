package python

// augmented are the operators that change a target in place.
var augmented = map[string]bool{
	"+=": true, "-=": true, "*=": true, "/=": true, "//=": true, "%=": true, "@=": true,
	"&=": true, "|=": true, "^=": true, "<<=": true, ">>=": true, "**=": true,
}

// expressionStatement reads an expression, or an assignment that begins with one.
func (p *parser) expressionStatement() {
	n := p.starExpressions()
	switch {
	case p.at("="):
		p.assignment(n)
	case p.tok.kind == operator && augmented[p.tok.text]:
		p.assign(n, augmenting)
		p.advance()
		p.value()
	case p.at(":") && n.shape != other && (n.cannot(annotating) == nil || n.shape == series):
		p.annotated(n)
	case n.shape == starred:
		p.loneStar(n)
	case n.Call != nil:
		n.Call.Dropped = true
	}
}

// value reads what is assigned.
func (p *parser) value() node {
	if p.at("yield") {
		return p.yield()
	}
	n := p.starExpressions()
	if n.shape == starred {
		p.loneStar(n)
	}
	return n
}

// assignment reads A = B = VALUE after A.
func (p *parser) assignment(n node) {
	value := &Expression{}
	for p.at("=") {
		p.assignValue(n, value)
		p.advance()
		n = p.value()
	}
	*value = n.Expression
}

// annotated reads NAME: TYPE = VALUE after the name.
func (p *parser) annotated(n node) {
	if w := n.cannot(annotating); w != nil {
		p.fail(w.Position, "%s %s", shapes[w.shape], verbs[annotating])
		return
	}
	p.advance()
	p.expression()
	if !p.accept("=") {
		return
	}
	value := p.value().Expression
	p.assignValue(n, &value)
}
