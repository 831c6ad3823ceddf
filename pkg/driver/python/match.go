package python

// match reads a match statement; false when the line is something else, as
// match is a name elsewhere.
func (p *parser) match() bool {
	surely := p.ahead.startsOperand() && !p.ahead.is("not")
	if !surely && !p.ahead.isAny([]string{"(", "[", "-", "+", "*", "not"}) {
		return false
	}
	head := p.tok
	subject := func() bool {
		p.advance()
		p.subject()
		return p.at(":") && p.ahead.kind == newline
	}
	switch {
	case !surely && !p.attempt(subject):
		return false
	case surely && !subject():
		p.noCases(head)
		return true
	}
	p.advance()
	p.advance()
	p.cases(head)
	return true
}

func (p *parser) noCases(head token) {
	if p.at(":") {
		p.fail(p.ahead.Position, "%s does not belong here; the cases of a `match` stand on lines of their own", p.ahead.describe())
		return
	}
	p.noColon(head)
}

func (p *parser) subject() {
	n := p.starNamed()
	switch {
	case p.at(","):
		p.rest(n, ":")
	case n.shape == starred:
		p.loneStar(n)
	}
}

// cases reads the block of a match statement.
func (p *parser) cases(head token) {
	if p.tok.kind != indent {
		p.fail(p.tok.Position, "an indented `case` is expected below the `match` of line %d", head.Line)
		return
	}
	p.advance()
	for p.tok.kind != dedent && p.tok.kind != end {
		if p.tok.kind != name || p.tok.text != "case" {
			p.fail(p.tok.Position, "`case` is expected in the block of `match`, not %s", p.tok.describe())
			return
		}
		p.oneCase()
	}
	p.advance()
}

func (p *parser) oneCase() {
	head := p.advance()
	p.patterns(":", "if")
	if p.accept("if") {
		p.named()
	}
	p.branch(head)
}

// patterns reads patterns with commas between them, up to one of the ends.
func (p *parser) patterns(ends ...string) {
	for {
		p.starPattern()
		if !p.accept(",") || p.atAny(ends...) {
			return
		}
	}
}

func (p *parser) starPattern() {
	if p.accept("*") {
		p.capture()
		return
	}
	p.pattern()
}

// pattern reads A | B [as NAME].
func (p *parser) pattern() {
	p.closedPattern()
	for p.accept("|") {
		p.closedPattern()
	}
	if p.accept("as") {
		p.capture()
	}
}

// capture binds a name to what is matched.
func (p *parser) capture() {
	if n := p.newName("a name for what is matched"); n.text != "_" && n.text != "" {
		p.bindName(n.text, n.Position)
	}
}

func (p *parser) closedPattern() {
	switch {
	case p.tok.kind == name:
		p.namePattern()
	case p.tok.kind == number || p.at("-"):
		p.numberPattern()
	case p.tok.kind == text:
		p.strings()
	case p.atAny("None", "True", "False"):
		p.advance()
	case p.at("("):
		p.sequencePattern(")")
	case p.at("["):
		p.sequencePattern("]")
	case p.at("{"):
		p.mappingPattern()
	default:
		p.fail(p.tok.Position, "a pattern is expected here, not %s", p.tok.describe())
	}
}

// namePattern reads NAME, A.B and CLASS(PATTERNS).
func (p *parser) namePattern() {
	if !p.ahead.isAny([]string{".", "("}) {
		p.capture()
		return
	}
	p.dotted("a name")
	if !p.at("(") {
		return
	}
	open := p.advance()
	for !p.at(")") {
		if p.tok.kind == name && p.ahead.is("=") {
			p.advance()
			p.advance()
		}
		p.pattern()
		if !p.accept(",") {
			break
		}
	}
	p.close(open)
}

// numberPattern reads -A + Bj.
func (p *parser) numberPattern() {
	p.accept("-")
	if p.tok.kind != number {
		p.fail(p.tok.Position, "a number is expected here, not %s", p.tok.describe())
	}
	p.advance()
	if p.atAny("+", "-") {
		p.advance()
		if p.tok.kind != number {
			p.fail(p.tok.Position, "a number is expected here, not %s", p.tok.describe())
		}
		p.advance()
	}
}

func (p *parser) sequencePattern(end string) {
	open := p.advance()
	if !p.at(end) {
		p.patterns(end)
	}
	p.close(open)
}

// mappingPattern reads {KEY: PATTERN, **REST}.
func (p *parser) mappingPattern() {
	open := p.advance()
	for !p.at("}") {
		if p.accept("**") {
			p.capture()
		} else {
			p.mappingKey()
			p.expect(":", "after a key")
			p.pattern()
		}
		if !p.accept(",") {
			break
		}
	}
	p.close(open)
}

func (p *parser) mappingKey() {
	if p.tok.kind == name {
		p.dotted("a name")
		return
	}
	p.closedPattern()
}
