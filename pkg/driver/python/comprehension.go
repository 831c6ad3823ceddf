package python

func (p *parser) atComprehension() bool {
	return p.at("for") || p.at("async") && p.ahead.is("for")
}

// comprehension reads for A in B if C after what was read since the marks.
func (p *parser) comprehension(calls, inner, awaits int) {
	outer := p.scope
	p.scope = p.enclose(calls, inner)
	for p.atComprehension() {
		p.accept("async")
		p.advance()
		p.targets()
		p.expect("in", "after what `for` assigns to")
		p.disjunction()
		for p.accept("if") {
			p.disjunction()
		}
	}
	p.scope = outer
	p.awaits = p.awaits[:min(awaits, len(p.awaits))]
}
