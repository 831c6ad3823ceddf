package python

// maxDepth bounds how deep expressions may hold one another. CPython gives up
// much earlier.
const maxDepth = 3000

// node is an expression as the parser sees it: also whether it can be assigned to.
type node struct {
	Expression
	shape shape
	// wrong is the first part of a sequence that cannot be assigned to.
	wrong *wrong
}

func (p *parser) atWalrus() bool { return p.tok.kind == name && p.ahead.is(":=") }

// named reads an expression that may be NAME := VALUE.
func (p *parser) named() node {
	if !p.atWalrus() {
		return p.expression()
	}
	n := p.advance()
	p.advance()
	p.expression()
	p.bindOutside(n)
	return p.made(n, walrus)
}

// bindOutside binds a name around the comprehensions.
func (p *parser) bindOutside(n token) {
	inner := p.scope
	for p.scope.Kind == ComprehensionScope {
		p.scope = p.scope.Parent
	}
	p.bindName(n.text, n.Position)
	p.scope = inner
}

// expression reads [lambda …:] A [if B else C].
func (p *parser) expression() node {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail(p.tok.Position, "expressions are nested too deeply")
	}
	first, outer, lambdas := p.tok, p.scope, 0
	var n node
	shape := operation
	for {
		for p.at("lambda") {
			p.lambdaHead()
			shape = lambda
			if lambdas++; lambdas > maxDepth {
				p.fail(p.tok.Position, "expressions are nested too deeply")
			}
		}
		n = p.disjunction()
		if !p.accept("if") {
			break
		}
		p.disjunction()
		p.expect("else", "in a choice, `A if CONDITION else B`")
		if shape != lambda {
			shape = choice
		}
	}
	p.scope = outer
	if shape == operation {
		return n
	}
	return p.made(first, shape)
}

// lambdaHead reads lambda PARAMETERS: and enters the lambda's scope; the
// expression that it stands in leaves it.
func (p *parser) lambdaHead() {
	p.advance()
	parameters := p.parameters(":", false)
	p.expect(":", "after the parameters of the `lambda`")
	inner := &Scope{Kind: LambdaScope, Parent: p.scope}
	p.scope.Inner = append(p.scope.Inner, inner)
	p.scope = inner
	p.bindParameters(parameters)
}

// disjunction reads what and, or and not join.
func (p *parser) disjunction() node {
	first := p.tok
	n := p.inversion()
	for p.atAny("and", "or") {
		p.advance()
		p.inversion()
		n = p.made(first, operation)
	}
	return n
}

func (p *parser) inversion() node {
	first, negated := p.tok, false
	for p.accept("not") {
		negated = true
	}
	n := p.comparison()
	if negated {
		return p.made(first, operation)
	}
	return n
}

// made is an expression from its first token to the last one that was read.
func (p *parser) made(first token, s shape) node {
	return node{Expression: Expression{Position: span(first.Position, p.last.Position)}, shape: s}
}

func (p *parser) comparison() node {
	first := p.tok
	n := p.arithmetic()
	for p.compares() {
		p.arithmetic()
		n = p.made(first, comparison)
	}
	return n
}

// compares reads an operator that compares.
func (p *parser) compares() bool {
	switch {
	case p.atAny("==", "!=", "<=", "<", ">=", ">", "in"):
		p.advance()
	case p.at("is"):
		p.advance()
		p.accept("not")
	case p.at("not") && p.ahead.is("in"):
		p.advance()
		p.advance()
	default:
		return false
	}
	return true
}

var arithmeticOperators = []string{"+", "-", "*", "/", "//", "%", "@", "|", "&", "^", "<<", ">>", "**"}

// arithmetic reads operands with signs and operators between them. What binds
// tighter than what makes no difference here.
func (p *parser) arithmetic() node {
	first := p.tok
	n := p.operand()
	for p.atAny(arithmeticOperators...) {
		op := p.advance()
		if (op.text == "&" || op.text == "|") && p.tok.text == op.text {
			word := map[string]string{"&": "and", "|": "or"}[op.text]
			p.fail(op.Position, "`%s%s` is no operator of Python; write `%s`", op.text, op.text, word)
		}
		p.operand()
		n = p.made(first, operation)
	}
	return n
}

// operand reads an operand with its signs.
func (p *parser) operand() node {
	first, signed := p.tok, false
	for p.atAny("+", "-", "~") {
		sign := p.advance()
		signed = true
		if p.atEnd() && sign.text != "~" && p.last.Column > 1 {
			p.fail(sign.Position, "`%[1]s%[1]s` does not exist; write `%[1]s= 1`", sign.text)
		}
	}
	n := p.awaited()
	if signed {
		return p.made(first, operation)
	}
	return n
}

// awaited reads [await] PRIMARY.
func (p *parser) awaited() node {
	if !p.at("await") {
		return p.primary()
	}
	word := p.advance()
	p.asynchronous(word)
	n := p.primary()
	if n.Call != nil {
		n.Call.Awaited = true
	}
	return p.made(word, awaiting)
}

// yield reads yield VALUE and yield from VALUE.
func (p *parser) yield() node {
	word := p.advance()
	switch f := p.function(); {
	case f != nil:
		f.Generator = true
	case p.scope.Kind == ModuleScope || p.scope.Kind == ClassScope:
		p.fail(word.Position, "`yield` stands outside of a function")
	}
	switch {
	case p.accept("from"):
		p.expression()
	case !p.atEnd() && !p.atAny(")", "}", "=", "!", ":"):
		p.starExpressions()
	}
	return p.made(word, yielding)
}

// starExpression reads an expression that may have a star before it.
func (p *parser) starExpression() node {
	if p.at("*") {
		return p.starred(p.advance(), p.arithmetic())
	}
	return p.expression()
}

// starNamed reads an item of a list: also NAME := VALUE.
func (p *parser) starNamed() node {
	if p.at("*") {
		return p.starExpression()
	}
	return p.named()
}

func (p *parser) starred(star token, n node) node {
	return node{
		Expression: Expression{Position: span(star.Position, n.Position), Kind: Starred, Items: []Expression{n.Expression}},
		shape:      starred, wrong: n.cannot(assigning),
	}
}

// starExpressions reads expressions with commas between them: a tuple, or the
// one expression.
func (p *parser) starExpressions() node {
	begin := p.tok
	first := p.starExpression()
	if !p.at(",") {
		return first
	}
	s := sequence(first)
	for p.accept(",") {
		if p.atEnd() || p.atAny("=", ":", ")", "]", "}", "!") || p.tok.kind == operator && augmented[p.tok.text] {
			break
		}
		s.add(p.starExpression())
	}
	s.Position = span(begin.Position, p.last.Position)
	return s.node
}

// items collects what a list, a tuple or a set is made of.
type items struct{ node }

func sequence(n node) *items {
	s := &items{node{Expression: Expression{Kind: List}, shape: series}}
	s.add(n)
	return s
}

func (s *items) add(n node) {
	if len(s.Items) < maxItems {
		s.Items = append(s.Items, n.Expression)
	}
	if s.wrong == nil {
		s.wrong = n.cannot(assigning)
	}
}
