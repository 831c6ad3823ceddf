package python

import "strings"

func (p *parser) ifElse() {
	outer := p.when
	defer func() { p.when = outer }()
	for first := true; first || p.at("elif"); first = false {
		head := p.advance()
		program := p.tok.kind == name && p.tok.text == "__name__" && p.ahead.is("==")
		condition := p.named()
		p.when = max(outer, runs(condition.Expression, program))
		p.block(head)
		p.when = max(outer, Sometimes)
	}
	if p.at("else") {
		if p.ahead.is("if") {
			p.fail(p.tok.Position, "`else if` is written `elif`")
		}
		p.block(p.advance())
	}
}

// runs tells when the block of a condition is run.
func runs(condition Expression, program bool) When {
	switch {
	case program:
		return AsProgram
	case condition.Kind == Path && (condition.Text == "TYPE_CHECKING" || strings.HasSuffix(condition.Text, ".TYPE_CHECKING")):
		return TypeChecking
	}
	return Sometimes
}

// branch reads a block that may not be run.
func (p *parser) branch(head token) {
	outer := p.when
	p.when = max(outer, Sometimes)
	p.block(head)
	p.when = outer
}

// loop reads the block of a loop, and its else.
func (p *parser) loop(head token) {
	p.loops++
	p.branch(head)
	p.loops--
	if p.at("else") {
		p.branch(p.advance())
	}
}

func (p *parser) whileLoop() {
	head := p.advance()
	p.named()
	p.loop(head)
}

func (p *parser) forLoop() {
	head := p.advance()
	p.targets()
	p.expect("in", "after what `for` assigns to")
	p.starExpressions()
	p.loop(head)
}

func (p *parser) async() {
	word := p.advance()
	switch {
	case p.at("def"):
		p.def(nil, true)
	case p.atAny("for", "with"):
		p.asynchronous(token{text: "async " + p.tok.text, Position: span(word.Position, p.tok.Position)})
		p.compound()
	default:
		p.fail(p.tok.Position, "`def`, `for` or `with` is expected after `async`, not %s", p.tok.describe())
	}
}

func (p *parser) try() {
	head := p.advance()
	p.branch(head)
	handlers := p.handlers()
	if handlers && p.at("else") {
		p.branch(p.advance())
	}
	switch {
	case p.at("finally"):
		p.block(p.advance())
	case !handlers:
		p.fail(p.tok.Position, "`except` or `finally` is expected below the block of the `try` of line %d, not %s", head.Line, p.tok.describe())
	}
}

// handlers reads the except blocks.
func (p *parser) handlers() bool {
	first, bare := true, false
	star := false
	for ; p.at("except"); first = false {
		head := p.advance()
		if bare {
			p.fail(head.Position, "there is an `except` without an exception above this one; it is the last one")
		}
		starred := p.accept("*")
		if !first && starred != star {
			p.fail(p.last.Position, "`except` and `except*` are not mixed")
		}
		star = starred
		outer := p.when
		p.when = max(outer, Sometimes)
		if bare = p.at(":") && !star; !bare {
			p.exception()
		}
		p.block(head)
		p.when = outer
	}
	return !first
}

// exception reads EXPRESSION [as NAME]; since Python 3.14 also several expressions.
func (p *parser) exception() {
	p.expression()
	switch {
	case p.at("as"):
		p.advance()
		if n := p.newName("an exception's name"); n.text != "" {
			p.bindName(n.text, n.Position)
		}
	default:
		for p.accept(",") {
			p.expression()
		}
	}
}

func (p *parser) with() {
	head := p.advance()
	if !p.at("(") || !p.attempt(p.parenthesizedItems) {
		p.withItem()
		for p.accept(",") {
			p.withItem()
		}
	}
	p.block(head)
}

// parenthesizedItems reads (A as B, C, …) unless the parentheses are those of an expression.
func (p *parser) parenthesizedItems() bool {
	p.advance()
	for {
		p.withItem()
		if !p.accept(",") || p.at(")") {
			break
		}
	}
	return p.accept(")") && (p.at(":") || p.atEnd())
}

func (p *parser) withItem() {
	p.expression()
	if p.accept("as") {
		p.assign(p.target(), assigning)
	}
}
