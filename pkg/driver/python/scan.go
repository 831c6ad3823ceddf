package python

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// scanner splits source into tokens.
type scanner struct {
	src    []rune
	pos    int
	line   int
	start  int // index of the current line's first character
	tokens []token
	// open holds the brackets not closed yet; newlines inside mean nothing.
	open []token
	// indents holds the widths of the enclosing blocks.
	indents []width
	// joined is set at the start of a line that a backslash joins to the one before.
	joined bool
}

// scan returns the source's tokens; every logical line ends with a newline.
func scan(src string) ([]token, error) {
	src = strings.TrimPrefix(src, "\uFEFF")
	src = strings.ReplaceAll(strings.ReplaceAll(src, "\r\n", "\n"), "\r", "\n")
	s := &scanner{src: []rune(src), line: 1, indents: []width{{}}}
	for s.pos < len(s.src) {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	return s.tokens, s.finish()
}

// step scans one line's indentation or one token.
func (s *scanner) step() error {
	begins := s.pos == s.start && len(s.open) == 0 && !s.joined
	s.joined = false
	if begins {
		if done, err := s.indentation(); done || err != nil {
			return err
		}
	}
	switch c := s.peek(0); {
	case c == '\n':
		s.lineEnd()
	case c == ' ' || c == '\t' || c == '\f':
		s.pos++
	case c == '#':
		s.comment()
	case c == '\\':
		return s.continuation()
	case c == '"' || c == '\'':
		return s.string("")
	case isDigit(c) || (c == '.' && isDigit(s.peek(1))):
		s.number()
	case isName(c):
		return s.word()
	default:
		return s.operator()
	}
	return nil
}

func (s *scanner) last() token { return s.tokens[len(s.tokens)-1] }

// peek is the character so far ahead; 0 behind the end.
func (s *scanner) peek(ahead int) rune {
	if s.pos+ahead < len(s.src) {
		return s.src[s.pos+ahead]
	}
	return 0
}

// advance consumes one character and counts lines.
func (s *scanner) advance() {
	if s.peek(0) == '\n' {
		s.line++
		s.start = s.pos + 1
	}
	s.pos++
}

func (s *scanner) lineEnd() {
	if len(s.open) == 0 && s.inLine() {
		s.add(newline, "", s.here(1))
	}
	s.advance()
}

// inLine reports whether the logical line has a token already.
func (s *scanner) inLine() bool {
	if len(s.tokens) == 0 {
		return false
	}
	k := s.last().kind
	return k != newline && k != indent && k != dedent
}

func (s *scanner) comment() {
	for s.pos < len(s.src) && s.src[s.pos] != '\n' {
		s.pos++
	}
}

func (s *scanner) continuation() error {
	if s.pos+1 < len(s.src) && s.src[s.pos+1] != '\n' {
		return s.fail(s.here(1), "unexpected character after the line continuation `\\`")
	}
	if s.pos+1 >= len(s.src) {
		return s.fail(s.here(1), "the file ends in a line continuation `\\`")
	}
	s.pos++
	s.advance()
	s.joined = true
	return nil
}

func (s *scanner) number() {
	begin := s.pos
	hex := s.peek(0) == '0' && (s.peek(1) == 'x' || s.peek(1) == 'X')
	for c := s.peek(0); isName(c) || isDigit(c) || c == '.'; c = s.peek(0) {
		s.pos++
		if sign := s.peek(0); !hex && (c == 'e' || c == 'E') && (sign == '+' || sign == '-') {
			s.pos++
		}
	}
	s.add(number, string(s.src[begin:s.pos]), s.since(begin))
}

// word scans a name, a keyword or the prefix of a string.
func (s *scanner) word() error {
	begin := s.pos
	for c := s.peek(0); isName(c) || isDigit(c); c = s.peek(0) {
		s.pos++
	}
	w := string(s.src[begin:s.pos])
	if c := s.peek(0); (c == '"' || c == '\'') && isPrefix(w) {
		return s.string(strings.ToLower(w))
	}
	s.add(name, w, s.since(begin))
	return nil
}

// operators of more than one character, longest first.
var operators = []string{"**=", "//=", "<<=", ">>=", "...", "->", ":=", "==", "!=", "<=", ">=", "**", "//", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "<>"}

var closing = map[string]string{")": "(", "]": "[", "}": "{"}

func (s *scanner) operator() error {
	begin := s.pos
	op, ahead := string(s.src[s.pos]), string(s.src[s.pos:min(s.pos+3, len(s.src))])
	for _, o := range operators {
		if strings.HasPrefix(ahead, o) {
			op = o
			break
		}
	}
	if len(op) == 1 && !strings.Contains("()[]{}:,;.=+-*/%&|^~<>@", op) || len([]rune(op)) == 1 && len(op) > 1 {
		return s.fail(s.here(1), fmt.Sprintf("the character %q does not belong here", op))
	}
	s.pos += len([]rune(op))
	t := token{kind: operator, text: op, Position: s.since(begin)}
	switch op {
	case "(", "[", "{":
		s.open = append(s.open, t)
	case ")", "]", "}":
		if len(s.open) == 0 {
			return s.fail(t.Position, fmt.Sprintf("`%s` closes nothing", op))
		}
		opened := s.open[len(s.open)-1]
		if opened.text != closing[op] {
			return s.fail(t.Position, fmt.Sprintf("`%s` does not close the `%s` of line %d", op, opened.text, opened.Line))
		}
		s.open = s.open[:len(s.open)-1]
	}
	s.tokens = append(s.tokens, t)
	return nil
}

// finish ends the last line and the open blocks.
func (s *scanner) finish() error {
	if len(s.open) > 0 {
		t := s.open[len(s.open)-1]
		return s.fail(t.Position, fmt.Sprintf("this `%s` is never closed", t.text))
	}
	if s.inLine() {
		s.add(newline, "", s.here(1))
	}
	for range s.indents[1:] {
		s.add(dedent, "", s.here(1))
	}
	return nil
}

func (s *scanner) add(k kind, text string, p diagnostic.Position) {
	s.tokens = append(s.tokens, token{kind: k, text: text, Position: p})
}

// here is the position of so many characters from now on.
func (s *scanner) here(n int) diagnostic.Position {
	column := s.pos - s.start + 1
	return diagnostic.Position{Line: s.line, Column: column, EndLine: s.line, EndColumn: column + n}
}

// since is the position of what was scanned on this line from begin on.
func (s *scanner) since(begin int) diagnostic.Position {
	return diagnostic.Position{Line: s.line, Column: begin - s.start + 1, EndLine: s.line, EndColumn: s.pos - s.start + 1}
}

func (s *scanner) fail(p diagnostic.Position, message string) error {
	return &SyntaxError{Position: p, Message: message}
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

// isName reports whether the character can begin a name, or is part of one
// beyond ASCII.
func isName(c rune) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		c > 127 && (unicode.IsLetter(c) || unicode.IsMark(c) || unicode.IsNumber(c) || unicode.Is(unicode.Pc, c) || unicode.Is(unicode.Other_ID_Continue, c))
}
