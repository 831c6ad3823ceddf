package python

import "strings"

func (p *parser) assert() {
	p.advance()
	p.expression()
	if p.accept(",") {
		p.expression()
	}
}

func (p *parser) raise() {
	p.advance()
	if p.atEnd() {
		return
	}
	p.expression()
	if p.accept("from") {
		p.expression()
	}
}

// atEnd reports whether a statement may end here.
func (p *parser) atEnd() bool { return p.tok.kind == newline || p.at(";") || p.tok.kind == end }

func (p *parser) leaveLoop() {
	if word := p.advance(); p.loops == 0 {
		p.fail(word.Position, "`%s` stands outside of a loop", word.text)
	}
}

func (p *parser) returnValue() {
	word := p.advance()
	if p.scope.Kind != FunctionScope {
		p.fail(word.Position, "`return` stands outside of a function")
	}
	if !p.atEnd() {
		p.starExpressions()
	}
}

func (p *parser) yieldStatement() {
	p.yield()
	if p.at("=") {
		p.fail(p.tok.Position, "nothing can be assigned to a `yield`")
	}
}

// global reads global and nonlocal: the names are those of another scope.
func (p *parser) global() {
	p.advance()
	for {
		if n := p.newName("a variable's name"); n.text != "" {
			p.bindName(n.text, n.Position)
		}
		if !p.accept(",") {
			return
		}
	}
}

func (p *parser) del() {
	p.advance()
	p.assign(p.starExpressions(), deleting)
}

// importModules reads import A.B as C, D.
func (p *parser) importModules() {
	p.advance()
	for {
		module := p.dotted("a module's name")
		bound, _, nested := strings.Cut(module.text, ".")
		// `import a.b` binds a.
		i := Import{Module: bound, From: module.Position}
		n := token{text: bound, Position: module.Position}
		if nested {
			n.EndLine, n.EndColumn = n.Line, n.Column+len([]rune(bound))
		}
		if p.accept("as") {
			n, i.Module = p.newName("a module's name"), module.text
		}
		p.bind(Binding{Name: n.text, Position: n.Position, Import: &i})
		if !p.accept(",") {
			return
		}
	}
}

// dotted reads A.B.C as one name.
func (p *parser) dotted(what string) token {
	n := p.newName(what)
	if !p.at(".") {
		return n
	}
	parts := []string{n.text}
	for p.accept(".") {
		next := p.newName(what)
		parts = append(parts, next.text)
		n.Position = span(n.Position, next.Position)
	}
	n.text = strings.Join(parts, ".")
	return n
}

// importMembers reads from A.B import C as D, E.
func (p *parser) importMembers() {
	p.advance()
	module := p.tok
	module.text = ""
	for p.atAny(".", "...") {
		module.text += p.advance().text
		module.Position = span(module.Position, p.last.Position)
	}
	if module.text == "" || !p.at("import") {
		n := p.dotted("a module's name")
		module.text += n.text
		module.Position = span(module.Position, n.Position)
	}
	p.expect("import", "after the name of the module")
	switch {
	case p.at("*"):
		p.bind(Binding{Name: "*", Position: p.tok.Position, Import: &Import{Module: module.text, Member: "*", From: module.Position}})
		p.advance()
	case p.at("("):
		open := p.advance()
		p.members(module, ")")
		p.close(open)
	default:
		p.members(module, "")
	}
}

// members reads A as B, C; in parentheses a comma may be last.
func (p *parser) members(module token, end string) {
	for {
		member := p.newName("the name of what is imported")
		n := member
		if p.accept("as") {
			n = p.newName("the name of what is imported")
		}
		p.bind(Binding{Name: n.text, Position: n.Position, Import: &Import{Module: module.text, Member: member.text, From: module.Position}})
		if !p.accept(",") || end != "" && p.at(end) {
			return
		}
	}
}
