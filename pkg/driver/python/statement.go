package python

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// statement reads one statement, a compound one with its blocks.
func (p *parser) statement() {
	switch {
	case p.tok.kind == indent:
		p.fail(p.tok.Position, "this line is indented, but no block begins above it")
	case p.at("@"):
		p.decorated()
	case p.atAny(compoundWords...):
		p.compound()
	case p.tok.kind == name && p.tok.text == "match" && p.match():
	default:
		p.line()
	}
	p.checkAwaits()
}

// compoundWords begin the statements that compound reads.
var compoundWords = []string{"async", "class", "def", "for", "if", "try", "while", "with"}

// compound reads a statement with blocks.
func (p *parser) compound() {
	switch p.tok.text {
	case "async":
		p.async()
	case "class":
		p.class()
	case "def":
		p.def(nil, false)
	case "for":
		p.forLoop()
	case "if":
		p.ifElse()
	case "try":
		p.try()
	case "while":
		p.whileLoop()
	case "with":
		p.with()
	}
}

// simple reads a statement that is a part of a line.
func (p *parser) simple() {
	word := ""
	if p.tok.kind == keyword {
		word = p.tok.text
	}
	switch word {
	case "assert":
		p.assert()
	case "break", "continue":
		p.leaveLoop()
	case "del":
		p.del()
	case "from":
		p.importMembers()
	case "global", "nonlocal":
		p.global()
	case "import":
		p.importModules()
	case "pass":
		p.advance()
	case "raise":
		p.raise()
	case "return":
		p.returnValue()
	case "yield":
		p.yieldStatement()
	default:
		if !p.typeAlias() {
			p.expressionStatement()
		}
	}
}

// line reads the statements of a line, separated by semicolons.
func (p *parser) line() {
	for {
		first := p.tok
		p.simple()
		if p.at(";") {
			p.advance()
			if p.tok.kind != newline {
				continue
			}
		}
		if p.tok.kind != newline {
			p.afterStatement(first)
			return
		}
		p.advance()
		return
	}
}

// afterStatement reports what stands after a statement that should have ended.
func (p *parser) afterStatement(first token) {
	printed := first.kind == name && (first.text == "print" || first.text == "exec") && p.last.Position == first.Position
	switch {
	case printed && p.tok.startsOperand():
		p.fail(first.Position, "`%s` is a function; write %s(…)", first.text, first.text)
	case p.at("=") && p.last.is(":="), p.at(":="):
		p.fail(p.tok.Position, "`:=` stands in parentheses when it is a statement's; write `=`")
	case p.at("="):
		p.fail(p.tok.Position, "there is nothing before this `=` to assign to")
	case p.at(":"):
		p.fail(p.tok.Position, "this `:` begins no block")
	default:
		p.fail(p.tok.Position, "%s does not belong here, after a statement%s", p.tok.describe(), p.elsewhere(first))
	}
}

// elsewhere helps with words of other languages, and misspelt ones.
func (p *parser) elsewhere(first token) string {
	if first.kind == name && p.last.Position == first.Position {
		if word := diagnostic.Nearest(first.text, words); word != "" {
			return "; did you mean `" + word + "` before it?"
		}
	}
	switch {
	case p.at("{"):
		return "; a block begins with `:` and is indented"
	case p.last.kind == name && (p.tok.kind == name || p.tok.kind == text):
		return "; is there an operator, a `,` or a `(` missing before it?"
	}
	return ""
}

// describe is the token in the words of a message.
func (t token) describe() string {
	switch t.kind {
	case end, dedent:
		return "the end"
	case newline:
		return "the end of the line"
	case indent:
		return "an indented line"
	case text, templateStart, templateText, templateEnd:
		return "a string"
	}
	return "`" + t.text + "`"
}

// block reads what follows the head of a compound statement: the rest of the
// line, or an indented block.
func (p *parser) block(head token) {
	if !p.at(":") {
		p.noColon(head)
		return
	}
	p.checkAwaits()
	p.advance()
	if p.tok.kind != newline {
		if p.atAny(compoundWords...) {
			p.fail(p.tok.Position, "`%s` begins a line of its own, below the `%s`", p.tok.text, head.text)
		}
		p.line()
		return
	}
	p.advance()
	if p.tok.kind != indent {
		at := p.tok.Position
		if p.tok.kind == end || p.tok.kind == dedent && p.ahead.kind == end {
			at = head.Position
		}
		p.fail(at, "an indented block is expected below the `%s` of line %d; a block with nothing to do holds `pass`", head.text, head.Line)
		return
	}
	p.advance()
	for p.tok.kind != dedent && p.tok.kind != end {
		p.statement()
	}
	p.advance()
}

func (p *parser) noColon(head token) {
	switch {
	case p.at("=") && (head.text == "if" || head.text == "elif" || head.text == "while"):
		p.fail(p.tok.Position, "`=` assigns; to compare, write `==`")
	case p.tok.kind == newline || p.at("{"):
		p.fail(p.tok.Position, "`:` is expected at the end of the `%s` line", head.text)
	default:
		p.fail(p.tok.Position, "%s does not belong here; `:` is expected after the `%s`", p.tok.describe(), head.text)
	}
}

// checkAwaits reports what stands outside of async functions after all.
func (p *parser) checkAwaits() {
	if len(p.awaits) == 0 {
		return
	}
	t := p.awaits[0]
	p.awaits = nil
	if f := p.function(); f != nil && !f.Async {
		p.fail(t.Position, "`%s` stands in the function %s, which is not async; write `async def %s`", t.text, f.Name, f.Name)
		return
	}
	p.fail(t.Position, "`%s` stands outside of an `async def` function", t.text)
}

// asynchronous notes that a word needs an async function around it.
func (p *parser) asynchronous(word token) {
	if f := p.function(); f == nil || !f.Async {
		p.awaits = append(p.awaits, word)
	}
}

// newName reads a name that is given to something; what is its meaning in words.
func (p *parser) newName(what string) token {
	switch p.tok.kind {
	case name:
		return p.advance()
	case keyword:
		p.fail(p.tok.Position, "`%s` is a word of the language; it cannot be %s", p.tok.text, what)
	default:
		p.fail(p.tok.Position, "%s is expected here, not %s", what, p.tok.describe())
	}
	return token{}
}

// expect reads the operator or keyword.
func (p *parser) expect(word, where string) token {
	if !p.at(word) {
		p.fail(p.tok.Position, "`%s` is expected %s, not %s", word, where, p.tok.describe())
		return token{}
	}
	return p.advance()
}

// bindName binds a name of which nothing more is known.
func (p *parser) bindName(text string, at diagnostic.Position) {
	p.bind(Binding{Name: text, Position: at})
}
