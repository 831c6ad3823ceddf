package python

import "strings"

// operators of more than one character, longest first.
var operators = []string{
	"**=", "//=", "<<=", ">>=", "...", "->", ":=", "==", "!=", "<=", ">=", "**", "//", "<<", ">>",
	"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "<>",
}

// alone are the operators that begin no longer one, singles the other
// operators of one character.
const alone, singles = "()[]{},;~", ":.=+-*/%&|^<>@"

var closing = map[string]string{")": "(", "]": "[", "}": "{"}

func (s *scanner) operator() token {
	begin, op := s.pos, s.nextOperator()
	if s.conflict() {
		return token{}
	}
	if op == "" {
		s.fail(s.here(1), "%s", strange(s.src[s.pos]))
		return token{}
	}
	s.pos += len(op)
	t := token{kind: operator, text: op, Position: s.since(begin)}
	switch op {
	case "(", "[", "{":
		s.openBracket(t)
	case ")", "]", "}":
		s.closeBracket(t)
	case "<>":
		s.fail(t.Position, "`<>` is of Python 2; write `!=`")
	}
	return t
}

// conflict reports the marker of a conflict that a merge has left.
func (s *scanner) conflict() bool {
	for _, marker := range []string{"<<<<<<<", "=======", ">>>>>>>"} {
		if strings.HasPrefix(s.src[s.pos:], marker) {
			s.fail(s.here(len(marker)), "a merge has left a conflict here; decide it and remove its markers")
			return true
		}
	}
	return false
}

// nextOperator is the longest operator that comes next.
func (s *scanner) nextOperator() string {
	rest := s.src[s.pos:]
	if t := s.template(); t != nil && t.inField(len(s.open)) {
		switch {
		case rest[0] == ':':
			t.fields[len(t.fields)-1].format = true
			return ":"
		case rest[0] == '!' && !strings.HasPrefix(rest, "!="):
			return "!"
		}
	}
	if strings.IndexByte(alone, rest[0]) >= 0 {
		return rest[:1]
	}
	for _, o := range operators {
		if strings.HasPrefix(rest, o) {
			return o
		}
	}
	if strings.IndexByte(singles, rest[0]) >= 0 {
		return rest[:1]
	}
	return ""
}

// strange says what is wrong with a character that begins no token.
func strange(c byte) string {
	switch c {
	case '!':
		return "`!` is no operator of Python; write `not`"
	case '?':
		return "the character '?' does not belong here; a choice is written `A if CONDITION else B`"
	case '$':
		return "the character '$' does not belong here; a name's value goes into a string as f\"{name}\""
	case '`':
		return "the character '`' does not belong here; strings stand in ' or \""
	}
	return "the character " + quoteByte(c) + " does not belong here"
}

func (s *scanner) openBracket(t token) {
	if len(s.open) >= maxBrackets {
		s.fail(t.Position, "brackets are nested too deeply, more than %d", maxBrackets)
	}
	s.open = append(s.open, t)
}

func (s *scanner) closeBracket(t token) {
	if len(s.open) == 0 {
		s.fail(t.Position, "`%s` closes nothing", t.text)
		return
	}
	opened := s.open[len(s.open)-1]
	if opened.text != closing[t.text] {
		s.fail(t.Position, "`%s` does not close the `%s` of line %d", t.text, opened.text, opened.Line)
		return
	}
	s.open = s.open[:len(s.open)-1]
	if f := s.template(); f != nil && len(f.fields) > 0 && f.fields[len(f.fields)-1].depth > len(s.open) {
		f.fields = f.fields[:len(f.fields)-1]
	}
}
