package python

// atom reads what is not made of others by operators.
func (p *parser) atom() node {
	t := p.tok
	switch t.kind {
	case name:
		p.advance()
		return node{Expression: Expression{Position: t.Position, Kind: Path, Text: t.text}, shape: variable}
	case number:
		p.advance()
		return node{Expression: Expression{Position: t.Position}, shape: literal}
	case text, templateStart:
		return p.strings()
	}
	switch {
	case p.atAny("None", "True", "False", "..."):
		p.advance()
		return node{Expression: Expression{Position: t.Position}, shape: literal}
	case p.at("("):
		return p.group()
	case p.at("["):
		return p.list()
	case p.at("{"):
		return p.braces()
	}
	p.noExpression()
	return node{Expression: Expression{Position: t.Position}}
}

// noExpression reports a token where an expression has to begin.
func (p *parser) noExpression() {
	t := p.tok
	switch {
	case t.kind == end && p.err != nil:
	case p.atAny("elif", "else", "except", "finally") && !p.inLine():
		p.fail(t.Position, "`%s` belongs to no block above it; is its indentation right?", t.text)
	case p.atAny("lambda", "not", "await", "yield"):
		p.fail(t.Position, "`%s` cannot stand here; put it into parentheses, with what belongs to it", t.text)
	case t.kind == keyword:
		p.fail(t.Position, "`%s` is a word of the language; an expression is expected here", t.text)
	case p.at("="):
		p.fail(t.Position, "`=` does not belong here; to compare, write `==`")
	case p.last.kind == operator || p.last.kind == keyword:
		p.fail(t.Position, "an expression is expected after `%s`, not %s", p.last.text, t.describe())
	default:
		p.fail(t.Position, "an expression is expected here, not %s", t.describe())
	}
}

// inLine reports whether the current token has one before it in its line.
func (p *parser) inLine() bool {
	k := p.last.kind
	return k != newline && k != indent && k != dedent && p.last.Line != 0
}

// group reads (A), (A, B), (A for B in C) and (yield A).
func (p *parser) group() node {
	open := p.advance()
	calls, inner, awaits := len(p.scope.Calls), len(p.scope.Inner), len(p.awaits)
	var n node
	switch {
	case p.at(")"):
		n = node{Expression: Expression{Kind: List}, shape: series}
	case p.at("yield"):
		n = p.yield()
	default:
		n = p.inGroup(open, calls, inner, awaits)
	}
	p.close(open)
	if n.shape == series || n.shape == other {
		// Parentheses around a single expression are no part of it.
		n.Position = span(open.Position, p.last.Position)
	}
	return n
}

func (p *parser) inGroup(open token, calls, inner, awaits int) node {
	n := p.starNamed()
	switch {
	case p.at(","):
		return p.rest(n, ")")
	case p.atComprehension() && n.shape != starred:
		p.comprehension(calls, inner, awaits)
		return node{}
	case n.shape == starred:
		p.loneStar(n)
	}
	return n
}

// loneStar reports *NAME that is in nothing.
func (p *parser) loneStar(n node) {
	p.fail(n.Position, "a value is unpacked in a list, a tuple or a call only; a `,` after it makes a tuple")
}

// rest reads the items after the first one.
func (p *parser) rest(first node, end string) node {
	s := sequence(first)
	for p.accept(",") && !p.at(end) {
		s.add(p.starNamed())
	}
	return s.node
}

// list reads [A, B] and [A for B in C].
func (p *parser) list() node {
	open := p.advance()
	calls, inner, awaits := len(p.scope.Calls), len(p.scope.Inner), len(p.awaits)
	n := node{Expression: Expression{Kind: List}, shape: series}
	if !p.at("]") {
		first := p.starNamed()
		if p.atComprehension() && first.shape != starred {
			p.comprehension(calls, inner, awaits)
			n = node{}
		} else {
			n = p.rest(first, "]")
		}
	}
	p.close(open)
	n.Position = span(open.Position, p.last.Position)
	return n
}

// braces reads a dict or a set, or a comprehension that makes one.
func (p *parser) braces() node {
	open := p.advance()
	calls, inner, awaits := len(p.scope.Calls), len(p.scope.Inner), len(p.awaits)
	n := node{shape: literal}
	if !p.at("}") {
		first, dict := p.entry()
		switch {
		case p.atComprehension() && first.shape != starred:
			p.comprehension(calls, inner, awaits)
		case dict:
			p.entries()
		default:
			n = p.rest(first, "}")
			n.shape = literal
		}
	}
	p.close(open)
	n.Position = span(open.Position, p.last.Position)
	return n
}

// entry reads an item of a set, or KEY: VALUE or **DICT.
func (p *parser) entry() (n node, dict bool) {
	if p.at("**") {
		return p.starred(p.advance(), p.arithmetic()), true
	}
	alone := p.atWalrus()
	n = p.starNamed()
	if !p.at(":") || n.shape == starred || alone {
		return n, false
	}
	p.advance()
	p.expression()
	return node{}, true
}

// entries reads what follows the first entry of a dict.
func (p *parser) entries() {
	for p.accept(",") && !p.at("}") {
		if n, dict := p.entry(); !dict {
			p.fail(n.Position, "`:` and a value are expected after a key")
		}
	}
}

// close reads the bracket that closes the opened one.
func (p *parser) close(open token) {
	want := map[string]string{"(": ")", "[": "]", "{": "}"}[open.text]
	switch {
	case p.accept(want):
	case p.tok.startsOperand() && !p.at("not") || p.at("("):
		p.fail(p.tok.Position, "a `,` or an operator is missing before %s", p.tok.describe())
	case p.at("="):
		p.fail(p.tok.Position, "`=` does not belong into these brackets; to compare, write `==`")
	default:
		p.fail(p.tok.Position, "%s does not belong here; `,` or `%s` is expected", p.tok.describe(), want)
	}
}
