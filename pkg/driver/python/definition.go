package python

// decorated reads decorators and the function or class below them.
func (p *parser) decorated() {
	var decorators []Expression
	for p.accept("@") {
		decorators = append(decorators, p.named().Expression)
		if p.tok.kind != newline {
			p.fail(p.tok.Position, "%s does not belong here; a decorator has its line to itself", p.tok.describe())
		}
		p.advance()
	}
	switch {
	case p.at("def"):
		p.def(decorators, false)
	case p.at("async") && p.ahead.is("def"):
		p.advance()
		p.def(decorators, true)
	case p.at("class"):
		p.class()
	default:
		p.fail(p.tok.Position, "a `def` or a `class` is expected below the decorator, not %s", p.tok.describe())
	}
}

// def reads NAME[TYPES](PARAMETERS) [-> TYPE]: BLOCK after def.
func (p *parser) def(decorators []Expression, async bool) {
	head := p.advance()
	n := p.newName("a function's name")
	f := &Function{Name: n.text, Position: n.Position, Async: async, Decorators: decorators}
	p.typeParameters()
	if !p.at("(") {
		p.fail(p.tok.Position, "`(` is expected after the name of the function, not %s", p.tok.describe())
		return
	}
	open := p.advance()
	f.Parameters = p.parameters(")", true)
	p.close(open)
	if p.accept("->") {
		p.expression()
	}
	p.checkAwaits()
	p.bind(Binding{Name: n.text, Position: n.Position, Function: f})
	body, leave := p.enter(FunctionScope)
	body.Function, f.Body = f, body
	p.bindParameters(f.Parameters)
	p.block(head)
	leave()
}

func (p *parser) bindParameters(parameters []Parameter) {
	for _, parameter := range parameters {
		p.bind(Binding{Name: parameter.Name, Position: parameter.Position, Parameter: true})
	}
}

// class reads NAME[TYPES][(ARGUMENTS)]: BLOCK after class.
func (p *parser) class() {
	head := p.advance()
	n := p.newName("a class's name")
	p.typeParameters()
	if p.at("(") {
		open := p.advance()
		p.arguments(false)
		p.close(open)
	}
	c := &Class{Name: n.text, Position: n.Position}
	p.bind(Binding{Name: n.text, Position: n.Position, Class: c})
	body, leave := p.enter(ClassScope)
	c.Body = body
	p.block(head)
	leave()
}

// typeParameters reads [T: BOUND = DEFAULT, *Ts, **P], if it is there.
func (p *parser) typeParameters() {
	if !p.at("[") {
		return
	}
	open := p.advance()
	for {
		star := p.atAny("*", "**")
		if star {
			p.advance()
		}
		p.newName("a type parameter's name")
		if !star && p.accept(":") {
			p.expression()
		}
		if p.accept("=") {
			p.starExpression()
		}
		if !p.accept(",") || p.at("]") {
			break
		}
	}
	p.close(open)
}

// typeAlias reads `type NAME[TYPES] = TYPE`; anything else is left alone.
func (p *parser) typeAlias() bool {
	if p.tok.kind != name || p.tok.text != "type" || p.ahead.kind != name {
		return false
	}
	p.advance()
	n := p.advance()
	p.typeParameters()
	p.expect("=", "after the name of the type")
	p.expression()
	p.bindName(n.text, n.Position)
	return true
}
