package python

import "strings"

// parser finds the module-level definitions in the tokens.
type parser struct {
	tokens     []token
	everywhere bool
	module     *Module
	// blocks tells for every open block whether its names are the module's.
	blocks []bool
	// decorators wait for their function.
	decorators []Decorator
}

// run goes through the logical lines.
func (p *parser) run() error {
	expected, visible := false, true
	var last token
	for len(p.tokens) > 0 {
		switch t := p.tokens[0]; t.kind {
		case indent:
			if !expected {
				return &SyntaxError{Position: t.Position, Message: "this line is indented, but no block begins above it"}
			}
			p.blocks = append(p.blocks, visible)
			expected = false
			p.tokens = p.tokens[1:]
		case dedent:
			if expected {
				return &SyntaxError{Position: t.Position, Message: "an indented block is expected after the `:` above"}
			}
			p.blocks = p.blocks[:max(len(p.blocks)-1, 0)]
			p.tokens = p.tokens[1:]
		default:
			if expected {
				return &SyntaxError{Position: t.Position, Message: "an indented block is expected after the `:` above"}
			}
			line := p.nextLine()
			if len(line) == 0 {
				continue
			}
			last = line[len(line)-1]
			expected = last.is(":")
			visible = !opensScope(line)
			if err := p.line(line); err != nil {
				return err
			}
		}
	}
	if expected {
		return &SyntaxError{Position: last.Position, Message: "an indented block is expected after this `:`"}
	}
	return nil
}

// nextLine takes the tokens up to the next newline.
func (p *parser) nextLine() []token {
	for i, t := range p.tokens {
		if t.kind == newline {
			line := p.tokens[:i]
			p.tokens = p.tokens[i+1:]
			return line
		}
	}
	line := p.tokens
	p.tokens = nil
	return line
}

// opensScope reports whether the line's block has names of its own.
func opensScope(line []token) bool {
	return line[0].is("def") || line[0].is("class") || len(line) > 1 && line[0].is("async") && line[1].is("def")
}

// line reads one logical line.
func (p *parser) line(line []token) error {
	if line[0].is("@") {
		p.decorators = append(p.decorators, decorator(line[1:]))
		return nil
	}
	decorators := p.decorators
	p.decorators = nil
	if !p.everywhere && !p.atModuleLevel() {
		return nil
	}
	switch first := line[0]; {
	case first.is("def"):
		return p.function(line[1:], decorators, false)
	case first.is("async") && len(line) > 1 && line[1].is("def"):
		return p.function(line[2:], decorators, true)
	case first.is("class") && len(line) > 1:
		p.module.Classes = append(p.module.Classes, line[1].text)
	case isBlock(first):
		if _, body := splitAt(line, ":"); body != nil {
			p.simple(body)
		}
	default:
		p.simple(line)
	}
	return nil
}

func (p *parser) atModuleLevel() bool {
	for _, visible := range p.blocks {
		if !visible {
			return false
		}
	}
	return true
}

// isBlock reports whether the word begins a compound statement with the module's names.
func isBlock(t token) bool {
	switch t.text {
	case "if", "elif", "else", "try", "except", "finally", "with", "for", "while":
		return t.kind == name
	}
	return false
}

// simple reads the statements of a line that are separated by semicolons.
func (p *parser) simple(line []token) {
	for len(line) > 0 {
		statement, rest := splitAt(line, ";")
		p.statement(statement)
		line = rest
	}
}

func (p *parser) statement(s []token) {
	switch {
	case len(s) == 0:
	case s[0].is("import"):
		p.importModules(s[1:])
	case s[0].is("from"):
		p.importMembers(s[1:])
	case len(s) > 2 && s[0].kind == name && s[1].kind == operator:
		p.assignment(s)
	}
}

// assignment reads NAME = VALUE and NAME: TYPE = VALUE.
func (p *parser) assignment(s []token) {
	target, value := splitAt(s, "=")
	if value == nil || len(target) > 1 && !target[1].is(":") {
		return
	}
	a := Assignment{Name: target[0].text}
	if callee, rest := dotted(value); len(rest) > 0 && rest[0].is("(") {
		a.Callee = callee
	}
	p.module.Assignments = append(p.module.Assignments, a)
}

// decorator reads the expression behind an @.
func decorator(expression []token) Decorator {
	if len(expression) == 0 {
		return Decorator{}
	}
	d := Decorator{Position: expression[0].Position}
	callee, rest := dotted(expression)
	if len(rest) > 0 && (!rest[0].is("(") || matching(rest) != len(rest)-1) {
		return d
	}
	d.Name, d.Called = callee, len(rest) > 0
	if d.Called && callee == "" {
		d.Called = false
	}
	last := expression[len(expression)-1]
	d.EndLine, d.EndColumn = last.EndLine, last.EndColumn
	return d
}

// dotted reads NAME.NAME.… and returns the tokens behind it.
func dotted(tokens []token) (string, []token) {
	var names []string
	for len(tokens) > 0 && tokens[0].kind == name {
		names = append(names, tokens[0].text)
		tokens = tokens[1:]
		if len(tokens) < 2 || !tokens[0].is(".") || tokens[1].kind != name {
			break
		}
		tokens = tokens[1:]
	}
	return strings.Join(names, "."), tokens
}

// matching is the index of the bracket that closes the first token; -1 when none does.
func matching(tokens []token) int {
	depth := 0
	for i, t := range tokens {
		depth += nesting(t)
		if depth == 0 {
			return i
		}
	}
	return -1
}

// nesting is +1 for an opening bracket and -1 for a closing one.
func nesting(t token) int {
	if t.kind == operator {
		switch t.text {
		case "(", "[", "{":
			return 1
		case ")", "]", "}":
			return -1
		}
	}
	return 0
}

// splitAt splits at the first such operator that is in no bracket and in no
// lambda's head; the rest is nil when there is none.
func splitAt(tokens []token, op string) (before, after []token) {
	depth := 0
	var lambdas []int // the depths of the lambdas whose `:` is to come
	for i, t := range tokens {
		depth += nesting(t)
		inLambda := len(lambdas) > 0 && lambdas[len(lambdas)-1] == depth
		switch {
		case t.kind == name && t.text == "lambda":
			lambdas = append(lambdas, depth)
		case inLambda && t.is(":"):
			lambdas = lambdas[:len(lambdas)-1]
		case depth == 0 && len(lambdas) == 0 && t.kind == operator && t.text == op:
			return tokens[:i], tokens[i+1:]
		}
	}
	return tokens, nil
}
