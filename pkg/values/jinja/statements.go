package jinja

import (
	"slices"
	"strings"
)

// keywords begin a statement; of them, refused ones are Jinja2's that read other files.
var (
	keywords = []string{"autoescape", "block", "call", "filter", "for", "if", "macro", "print", "raw", "set", "with"}
	refused  = []string{"extends", "from", "import", "include"}
	// extensions are statements that Jinja2 knows only when it is told to.
	extensions = []string{"break", "continue", "debug", "do", "trans"}
)

// statement parses what follows `{%` up to and with its `%}`.
func (p *parser) statement(start int, ends []string, opening token) stmt {
	word := p.expectName("the name of a statement")
	s := p.statementOf(word, start)
	if s == nil {
		p.unknownStatement(word, ends, opening)
	}
	p.tagEnd()
	return s
}

func (p *parser) statementOf(word token, start int) stmt {
	switch word.text {
	case "for":
		return p.forLoop(word, start)
	case "if":
		return p.ifElse(word, start)
	case "set":
		return p.set(word, start)
	case "with":
		return p.with(word, start)
	case "macro":
		return p.macro(word, start)
	case "call":
		return p.call(word, start)
	case "filter":
		return p.filterBlock(word, start)
	case "print":
		return p.print(start)
	case "block":
		return p.namedBlock(word, start)
	case "autoescape":
		return p.autoescape(word, start)
	}
	return nil
}

// unknownStatement says why a word begins no statement.
func (p *parser) unknownStatement(word token, ends []string, opening token) {
	switch {
	case slices.Contains(refused, word.text):
		p.fail(word.at, "", "`%s` is not available: a template of values cannot use other files", word.text)
	case slices.Contains(extensions, word.text):
		p.fail(word.at, "", "the statement `%s` is an extension of Jinja2 that is not enabled", word.text)
	case strings.HasPrefix(word.text, "end") || word.text == "else" || word.text == "elif":
		if ends == nil {
			p.fail(word.at, "", "`%s` closes nothing here", word.text)
		}
		line, _ := p.point(opening.at.Start)
		p.fail(word.at, "", "expected %s for the `%s` of line %d, found `%s`", tags(ends), opening.text, line, word.text)
	}
	p.fail(word.at, suggest(word.text, keywords), "there is no statement `%s`", word.text)
}

func (p *parser) forLoop(word token, start int) stmt {
	s := &forStmt{target: p.target(targetOptions{end: "in"})}
	p.expect("in")
	s.iter = p.tuple(tupleOptions{end: "recursive"})
	if p.skip("if") {
		s.test = p.expression()
	}
	s.recursive = p.skip("recursive")
	body, end := p.block(word, "else", "endfor")
	s.body = body
	if end.text == "else" {
		s.otherwise, _ = p.block(word, "endfor")
	}
	s.Span = p.from(start)
	return s
}

func (p *parser) ifElse(word token, start int) stmt {
	s := &ifStmt{}
	for {
		s.tests = append(s.tests, p.tuple(tupleOptions{}))
		body, end := p.block(word, "elif", "else", "endif")
		s.bodies = append(s.bodies, body)
		if end.text == "elif" {
			continue
		}
		if end.text == "else" {
			body, _ = p.block(word, "endif")
			s.bodies = append(s.bodies, body)
		}
		s.Span = p.from(start)
		return s
	}
}

func (p *parser) set(word token, start int) stmt {
	target := p.target(targetOptions{attributes: true})
	if p.skip("=") {
		value := p.tuple(tupleOptions{condition: true})
		return &setStmt{p.from(start), target, value}
	}
	s := &setBlock{target: target}
	if p.current().is("|") {
		s.filter = p.filters(nil)
	}
	s.body, _ = p.block(word, "endset")
	s.Span = p.from(start)
	return s
}

func (p *parser) with(word token, start int) stmt {
	s := &withStmt{}
	for p.current().kind != blockEnd {
		if len(s.targets) > 0 {
			p.expect(",")
		}
		s.targets = append(s.targets, p.target(targetOptions{}))
		p.expect("=")
		s.values = append(s.values, p.expression())
	}
	s.body, _ = p.block(word, "endwith")
	s.Span = p.from(start)
	return s
}

func (p *parser) macro(word token, start int) stmt {
	s := &macroStmt{name: p.storeName("the macro's name").name}
	s.signature = p.signature()
	s.body, _ = p.block(word, "endmacro")
	s.Span = p.from(start)
	return s
}

func (p *parser) signature() (s signature) {
	p.expect("(")
	for !p.current().is(")") {
		if len(s.params) > 0 {
			p.expect(",")
		}
		param := p.storeName("a parameter's name")
		switch {
		case p.skip("="):
			s.defaults = append(s.defaults, p.expression())
		case param.name == "caller":
			p.fail(param.Span, "write `caller=none`", "the parameter `caller` needs a default")
		case len(s.defaults) > 0:
			p.fail(param.Span, "", "the parameter `%s` has no default, but one before it has", param.name)
		}
		s.params = append(s.params, param)
	}
	p.expect(")")
	return s
}

func (p *parser) call(word token, start int) stmt {
	s := &callStmt{}
	if p.current().is("(") {
		s.signature = p.signature()
	}
	called := p.expression()
	call, ok := called.(*callExpr)
	if !ok {
		p.fail(called.span(), "", "expected the call of a macro, as in `{%% call NAME() %%}`")
	}
	s.call = call
	s.body, _ = p.block(word, "endcall")
	s.Span = p.from(start)
	return s
}

func (p *parser) filterBlock(word token, start int) stmt {
	s := &filterStmt{filter: p.filters(p.filter(nil))}
	s.body, _ = p.block(word, "endfilter")
	s.Span = p.from(start)
	return s
}

func (p *parser) print(start int) stmt {
	s := &outputStmt{}
	for p.current().kind != blockEnd {
		if len(s.exprs) > 0 {
			p.expect(",")
		}
		s.exprs = append(s.exprs, p.expression())
	}
	s.Span = p.from(start)
	return s
}

func (p *parser) namedBlock(word token, start int) stmt {
	named := p.expectName("the block's name")
	if p.blocks[named.text] {
		p.fail(named.at, "", "there is a block `%s` already", named.text)
	}
	if p.blocks == nil {
		p.blocks = map[string]bool{}
	}
	p.blocks[named.text] = true
	s := &blockStmt{name: named.text, scoped: p.skip("scoped")}
	if p.current().is("required") {
		p.fail(p.current().at, "", "a required block is for other templates to fill in, and there are none")
	}
	s.body, _ = p.block(word, "endblock")
	p.skip(named.text)
	s.Span = p.from(start)
	return s
}

// autoescape takes `false` only, which changes nothing: values are no HTML.
func (p *parser) autoescape(word token, start int) stmt {
	e := p.expression()
	if c, ok := e.(*constant); !ok || c.value != false {
		p.fail(e.span(), "", "escaping is not available: values are no HTML")
	}
	body, _ := p.block(word, "endautoescape")
	return &scopeStmt{p.from(start), body}
}

type targetOptions struct {
	// end is the word behind the target.
	end string
	// attributes allows NAME.ATTRIBUTE.
	attributes bool
}

// target parses what is assigned to: a name, or several with commas.
func (p *parser) target(o targetOptions) expr {
	start := p.current().at.Start
	var items []expr
	several := false
	for {
		if t := p.current(); len(items) > 0 && (t.is(o.end) || t.is("=") || t.is(")") || t.kind == blockEnd) {
			break
		}
		items = append(items, p.oneTarget(o))
		if !p.skip(",") {
			break
		}
		several = true
	}
	if !several {
		return items[0]
	}
	return &tupleExpr{p.from(start), items}
}

func (p *parser) oneTarget(o targetOptions) expr {
	p.enter()
	defer p.leave()
	if p.skip("(") {
		t := p.target(targetOptions{})
		p.expect(")")
		return t
	}
	n := p.storeName("a name to assign to")
	if o.attributes && p.skip(".") {
		attribute := p.expectName("an attribute's name")
		return &attrTarget{p.from(n.Start), n, attribute.text}
	}
	return &n
}

// constants are names that stand for a value.
var constants = map[string]any{"true": true, "True": true, "false": false, "False": false, "none": nil, "None": nil}

func (p *parser) storeName(what string) nameExpr {
	t := p.expectName(what)
	if _, taken := constants[t.text]; taken {
		p.fail(t.at, "", "expected %s, found `%s`, which is a value", what, t.text)
	}
	return nameExpr{t.at, t.text}
}
