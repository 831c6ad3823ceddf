package python

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// CPython's own limits: what goes deeper is refused there, too.
const (
	maxBrackets  = 200
	maxIndents   = 100
	maxTemplates = 150
)

// scanner splits source into tokens, one at a time.
type scanner struct {
	src  string
	pos  int
	line int
	// seen and column are an offset in the current line and its column.
	seen, column int
	// open are the brackets not closed yet; newlines inside mean nothing.
	open []token
	// templates are the f-strings around pos, the innermost last.
	templates []template
	// indents are the widths of the enclosing blocks. One was just added when
	// deeper is set, and dedents is how many just ended.
	indents []width
	deeper  bool
	dedents int
	// begins is set at the beginning of a line, inLine after the first token
	// of a logical line.
	begins, inLine bool
	// foreign lets every character beyond ASCII be part of a name: in the
	// file's encoding it may be one.
	foreign bool
	err     *SyntaxError
	// unclosed tells an error about a bracket that the whole file does not close.
	unclosed bool
}

func newScanner(src string) scanner {
	return scanner{src: src, line: 1, column: 1, indents: []width{{}}, begins: true}
}

// clone is a copy that shares nothing that changes.
func (s *scanner) clone() scanner {
	c := *s
	c.open, c.indents, c.templates = slices.Clone(s.open), slices.Clone(s.indents), slices.Clone(s.templates)
	for i := range c.templates {
		c.templates[i].fields = slices.Clone(c.templates[i].fields)
	}
	return c
}

// scan returns the next token; end again and again after the last one or
// after an error. Every logical line ends with a newline.
func (s *scanner) scan() token {
	for s.err == nil {
		if t := s.template(); t != nil && t.inText() {
			return s.templateText(t)
		}
		if s.begins {
			s.begins = false
			s.indentation()
			if s.err != nil {
				break
			}
			if s.deeper {
				s.deeper = false
				return token{kind: indent, Position: s.here(1)}
			}
		}
		if s.dedents > 0 {
			s.dedents--
			return token{kind: dedent, Position: s.here(1)}
		}
		if t, ok := s.step(); ok {
			return t
		}
	}
	return token{kind: end, Position: s.here(1)}
}

// step scans one token, or what stands between tokens.
func (s *scanner) step() (t token, ok bool) {
	if s.pos >= len(s.src) {
		return s.finish(), true
	}
	switch c := s.src[s.pos]; c {
	case ' ', '\t', '\f':
		s.pos++
	case '#':
		s.comment()
	case '\\':
		s.continuation()
	case '\n':
		return s.lineEnd()
	default:
		t, s.inLine = s.word(c), true
		return t, s.err == nil
	}
	return token{}, false
}

// word scans a token that begins with the character.
func (s *scanner) word(c byte) token {
	switch {
	case c == '"' || c == '\'':
		return s.string(s.pos)
	case isDigit(c) || c == '.' && isDigit(s.peek(1)):
		return s.number()
	case isNameByte(c):
		return s.name()
	}
	return s.operator()
}

// peek is the byte so far ahead; 0 after the end.
func (s *scanner) peek(ahead int) byte {
	if s.pos+ahead < len(s.src) {
		return s.src[s.pos+ahead]
	}
	return 0
}

func (s *scanner) comment() {
	n := strings.IndexByte(s.src[s.pos:], '\n')
	if n < 0 {
		n = len(s.src) - s.pos
	}
	s.pos += n
}

// nextLine goes over the newline.
func (s *scanner) nextLine() {
	s.pos++
	s.line++
	s.seen, s.column = s.pos, 1
}

func (s *scanner) lineEnd() (t token, ok bool) {
	t = token{kind: newline, Position: s.here(1)}
	ok = s.inLine && len(s.open) == 0
	s.nextLine()
	s.begins = len(s.open) == 0
	if ok {
		s.inLine = false
	}
	return t, ok
}

func (s *scanner) continuation() {
	switch s.peek(1) {
	case '\n':
		if s.pos+2 < len(s.src) {
			s.pos++
			s.nextLine()
			return
		}
		fallthrough
	case 0:
		s.fail(s.here(1), "the file ends in a line continuation `\\`")
	default:
		s.fail(s.here(1), "unexpected character after the line continuation `\\`")
	}
}

// finish ends the last line and the open blocks.
func (s *scanner) finish() token {
	switch {
	case len(s.open) > 0:
		s.unclosed = true
		s.neverClosed(s.open[len(s.open)-1])
	case s.inLine:
		s.inLine = false
		return token{kind: newline, Position: s.here(1)}
	case len(s.indents) > 1:
		s.indents = s.indents[:len(s.indents)-1]
		return token{kind: dedent, Position: s.here(1)}
	}
	return token{kind: end, Position: s.here(1)}
}

func (s *scanner) neverClosed(opened token) {
	if t := s.template(); t != nil && t.fields[len(t.fields)-1].open == opened.Position {
		s.fail(opened.Position, "this field of the f-string is never closed")
		return
	}
	s.fail(opened.Position, "this `%s` is never closed", opened.text)
}

// columnOf is the column of an offset in the current line. As the offsets of a
// line are asked for from left to right, no character is counted twice.
func (s *scanner) columnOf(offset int) int {
	if offset < s.seen {
		return s.column - utf8.RuneCountInString(s.src[offset:s.seen])
	}
	s.column += utf8.RuneCountInString(s.src[s.seen:offset])
	s.seen = offset
	return s.column
}

// here is the position of so many characters from now on.
func (s *scanner) here(n int) diagnostic.Position {
	column := s.columnOf(s.pos)
	return diagnostic.Position{Line: s.line, Column: column, EndLine: s.line, EndColumn: column + n}
}

// since is the position of what was scanned of this line from an offset on.
func (s *scanner) since(begin int) diagnostic.Position {
	first := s.columnOf(begin)
	return diagnostic.Position{Line: s.line, Column: first, EndLine: s.line, EndColumn: s.columnOf(s.pos)}
}

func (s *scanner) fail(at diagnostic.Position, format string, args ...any) {
	if s.err == nil {
		s.err = &SyntaxError{Position: at, Message: fmt.Sprintf(format, args...)}
	}
}
