package jinja

import "strings"

// expression parses one expression, with `A if B else C`.
func (p *parser) expression() expr {
	p.enter()
	defer p.leave()
	start := p.current().at.Start
	e := p.or()
	for n := 0; p.skip("if"); n++ {
		p.link(n)
		c := &condExpr{then: e, test: p.or()}
		if p.skip("else") {
			c.otherwise = p.expression()
		}
		c.Span = p.from(start)
		e = c
	}
	return e
}

func (p *parser) or() expr { return p.leftToRight(p.and, "or") }

func (p *parser) and() expr { return p.leftToRight(p.not, "and") }

// leftToRight parses operators of one precedence.
func (p *parser) leftToRight(operand func() expr, ops ...string) expr {
	start := p.current().at.Start
	left := operand()
	for n := 0; ; n++ {
		p.link(n)
		op := p.skipAny(ops)
		if op == "" {
			return left
		}
		right := operand()
		left = &binaryExpr{p.from(start), op, left, right}
	}
}

func (p *parser) skipAny(ops []string) string {
	for _, op := range ops {
		if p.skip(op) {
			return op
		}
	}
	return ""
}

func (p *parser) not() expr {
	p.enter()
	defer p.leave()
	start := p.current().at.Start
	if p.skip("not") {
		of := p.not()
		return &unaryExpr{p.from(start), "not", of}
	}
	return p.compare()
}

func (p *parser) compare() expr {
	start := p.current().at.Start
	c := &compareExpr{first: p.sum()}
	for {
		op := p.skipAny([]string{"==", "!=", "<=", ">=", "<", ">", "in"})
		if op == "" && p.current().is("not") && p.look().is("in") {
			p.next += 2
			op = "not in"
		}
		if op == "" {
			break
		}
		c.ops = append(c.ops, op)
		c.rest = append(c.rest, p.sum())
	}
	if len(c.ops) == 0 {
		return c.first
	}
	c.Span = p.from(start)
	return c
}

func (p *parser) sum() expr { return p.leftToRight(p.concat, "+", "-") }

func (p *parser) concat() expr {
	start := p.current().at.Start
	parts := []expr{p.product()}
	for p.skip("~") {
		parts = append(parts, p.product())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return &concatExpr{p.from(start), parts}
}

func (p *parser) product() expr { return p.leftToRight(p.power, "*", "/", "//", "%") }

func (p *parser) power() expr {
	return p.leftToRight(func() expr { return p.unary(true) }, "**")
}

func (p *parser) unary(filtered bool) expr {
	p.enter()
	defer p.leave()
	start := p.current().at.Start
	var e expr
	if op := p.skipAny([]string{"-", "+"}); op != "" {
		of := p.unary(false)
		e = &unaryExpr{p.from(start), op, of}
	} else {
		e = p.primary()
	}
	e = p.postfix(e)
	if filtered {
		e = p.filtersAndTests(e)
	}
	return e
}

func (p *parser) primary() expr {
	t := p.current()
	switch t.kind {
	case name:
		p.take()
		if value, ok := constants[t.text]; ok {
			return &constant{t.at, value}
		}
		return &nameExpr{t.at, t.text}
	case text:
		var joined strings.Builder
		for p.current().kind == text {
			joined.WriteString(p.unquote(p.take()))
		}
		return &constant{p.from(t.at.Start), joined.String()}
	case integer:
		return &constant{t.at, p.integer(p.take())}
	case float:
		return &constant{t.at, p.float(p.take())}
	case operator:
		switch t.text {
		case "(":
			p.take()
			e := p.tuple(tupleOptions{condition: true, parentheses: true})
			p.expect(")")
			return e
		case "[":
			p.take()
			items := p.items("]")
			return &listExpr{p.from(t.at.Start), items}
		case "{":
			return p.dict()
		}
	}
	p.unexpected("an expression")
	return nil
}

// items parses expressions with commas up to and with the closing word.
func (p *parser) items(closing string) (items []expr) {
	for !p.skip(closing) {
		if len(items) > 0 {
			p.expect(",")
			if p.skip(closing) {
				break
			}
		}
		items = append(items, p.expression())
	}
	return items
}

func (p *parser) dict() expr {
	d := &dictExpr{}
	start := p.expect("{").at.Start
	for !p.skip("}") {
		if len(d.keys) > 0 {
			p.expect(",")
			if p.skip("}") {
				break
			}
		}
		key := p.expression()
		switch key.(type) {
		case *listExpr, *dictExpr:
			p.fail(key.span(), "", "a list or mapping cannot be a mapping's key")
		}
		d.keys = append(d.keys, key)
		p.expect(":")
		d.values = append(d.values, p.expression())
	}
	d.Span = p.from(start)
	return d
}

type tupleOptions struct {
	// condition allows `A if B else C`.
	condition bool
	// parentheses allows that there is nothing.
	parentheses bool
	// end is a word that ends the tuple.
	end string
}

// tuple parses an expression, or several with commas.
func (p *parser) tuple(o tupleOptions) expr {
	start := p.current().at.Start
	parse := p.or
	if o.condition {
		parse = p.expression
	}
	var items []expr
	several := false
	for {
		if t := p.current(); t.kind == variableEnd || t.kind == blockEnd || t.is(")") || o.end != "" && t.is(o.end) {
			break
		}
		items = append(items, parse())
		if !p.skip(",") {
			break
		}
		several = true
	}
	switch {
	case len(items) == 1 && !several:
		return items[0]
	case len(items) == 0 && !o.parentheses:
		p.unexpected("an expression")
	}
	return &tupleExpr{p.from(start), items}
}

// postfix parses .NAME, [KEY] and calls behind an expression.
func (p *parser) postfix(e expr) expr {
	start := e.span().Start
	for n := 0; ; n++ {
		p.link(n)
		switch t := p.current(); {
		case p.skip("."):
			e = p.attribute(e, start)
		case p.skip("["):
			key := p.subscript()
			e = &getItem{p.from(start), e, key}
		case t.is("("):
			args := p.arguments()
			e = &callExpr{p.from(start), e, args}
		default:
			return e
		}
	}
}

func (p *parser) attribute(of expr, start int) expr {
	switch t := p.current(); t.kind {
	case name:
		p.take()
		return &getAttr{p.from(start), of, t.text, t.at}
	case integer:
		n := p.integer(p.take())
		return &getItem{p.from(start), of, &constant{t.at, n}}
	}
	p.unexpected("a name or a number behind `.`")
	return nil
}

func (p *parser) subscript() expr {
	start := p.current().at.Start
	var keys []expr
	for !p.current().is("]") {
		if len(keys) > 0 {
			p.expect(",")
		}
		keys = append(keys, p.key())
	}
	closing := p.expect("]")
	switch len(keys) {
	case 0:
		p.fail(closing.at, "", "expected a key before `]`")
	case 1:
		return keys[0]
	}
	return &tupleExpr{p.from(start), keys}
}

// key parses one key, or a slice.
func (p *parser) key() expr {
	s := &sliceExpr{}
	start := p.current().at.Start
	if !p.current().is(":") {
		if s.start = p.expression(); !p.current().is(":") {
			return s.start
		}
	}
	p.expect(":")
	part := func() expr {
		if t := p.current(); t.is(":") || t.is("]") || t.is(",") {
			return nil
		}
		return p.expression()
	}
	s.stop = part()
	if p.skip(":") {
		s.step = part()
	}
	s.Span = p.from(start)
	return s
}

func (p *parser) arguments() (a arguments) {
	p.expect("(")
	for first := true; !p.skip(")"); first = false {
		if !first {
			p.expect(",")
			if p.skip(")") {
				break
			}
		}
		p.argument(&a)
	}
	return a
}

func (p *parser) argument(a *arguments) {
	t := p.current()
	ordered := a.spreadNamed == nil
	switch {
	case p.skip("*"):
		ordered = ordered && a.spread == nil
		a.spread = p.expression()
	case p.skip("**"):
		a.spreadNamed = p.expression()
	case t.kind == name && p.look().is("="):
		p.next += 2
		a.names = append(a.names, t.text)
		a.named = append(a.named, p.expression())
	default:
		ordered = ordered && a.spread == nil && len(a.named) == 0
		a.positional = append(a.positional, p.expression())
	}
	if !ordered {
		p.fail(p.from(t.at.Start), "", "this argument is out of order: positional ones come first, then named ones")
	}
}

// filtersAndTests parses filters, tests and calls behind an expression.
func (p *parser) filtersAndTests(e expr) expr {
	for n := 0; ; n++ {
		p.link(n)
		switch t := p.current(); {
		case t.is("|"):
			e = p.filters(e)
		case t.is("is"):
			e = p.test(e)
		case t.is("("):
			args := p.arguments()
			e = &callExpr{p.from(e.span().Start), e, args}
		default:
			return e
		}
	}
}

func (p *parser) filters(of expr) expr {
	for n := 0; p.skip("|"); n++ {
		p.link(n)
		of = p.filter(of)
	}
	return of
}

// filter parses a filter behind its `|`.
func (p *parser) filter(of expr) expr {
	f := &filterExpr{of: of}
	f.name, f.nameAt = p.dotted("a filter's name")
	start := f.nameAt.Start
	if of != nil {
		start = of.span().Start
	}
	if p.current().is("(") {
		f.args = p.arguments()
	}
	f.Span = p.from(start)
	return f
}

// dotted parses NAME or NAME.NAME, which Jinja2 allows for filters and tests.
func (p *parser) dotted(what string) (string, Span) {
	t := p.expectName(what)
	word := t.text
	for p.skip(".") {
		word += "." + p.expectName(what).text
	}
	return word, p.from(t.at.Start)
}

func (p *parser) test(of expr) expr {
	p.expect("is")
	negated := p.skip("not")
	t := &testExpr{of: of}
	t.name, t.nameAt = p.dotted("a test's name")
	start := of.span().Start
	switch next := p.current(); {
	case next.is("("):
		t.args = p.arguments()
	case next.is("is"):
		p.fail(next.at, "join them with `and`", "tests cannot be chained with `is`")
	case p.atArgument(next):
		t.args.positional = []expr{p.postfix(p.primary())}
	}
	t.Span = p.from(start)
	if negated {
		return &unaryExpr{t.Span, "not", t}
	}
	return t
}

// atArgument reports whether a test's argument without parentheses follows.
func (p *parser) atArgument(t token) bool {
	switch t.kind {
	case name:
		return t.text != "else" && t.text != "or" && t.text != "and"
	case text, integer, float:
		return true
	}
	return t.is("[") || t.is("{")
}
