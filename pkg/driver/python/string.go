package python

import (
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// maxFields bounds how deep f-strings may hold one another.
const maxFields = 100

// isPrefix reports whether the word before a quote belongs to the string.
func isPrefix(w string) bool {
	switch strings.ToLower(w) {
	case "r", "b", "u", "f", "t", "rb", "br", "rf", "fr", "rt", "tr":
		return true
	}
	return false
}

// string scans a literal from its opening quote on.
func (s *scanner) string(prefix string) error {
	begin := s.here(1)
	begin.Column -= len(prefix)
	if err := s.literal(prefix, begin, 0); err != nil {
		return err
	}
	begin.EndLine, begin.EndColumn = s.line, s.pos-s.start+1
	s.add(text, "", begin)
	return nil
}

// literal consumes a string literal; depth counts the f-strings around it.
func (s *scanner) literal(prefix string, begin diagnostic.Position, depth int) error {
	quote, triple := s.peek(0), false
	s.pos++
	if s.peek(0) == quote && s.peek(1) == quote {
		triple = true
		s.pos += 2
	} else if s.peek(0) == quote {
		s.pos++
		return nil
	}
	l := &literal{scanner: s, quote: quote, triple: triple, raw: strings.Contains(prefix, "r"), depth: depth, begin: begin}
	l.formatted = strings.ContainsAny(prefix, "ft")
	return l.body()
}

// literal is a string being scanned.
type literal struct {
	*scanner
	quote                  rune
	triple, raw, formatted bool
	depth                  int
	begin                  diagnostic.Position
}

func (l *literal) body() error {
	for l.pos < len(l.src) {
		if l.atEnd() {
			return nil
		}
		switch c := l.peek(0); {
		case c == '\n' && !l.triple:
			return l.unclosed()
		case c == '\\':
			l.escape()
		case c == '{' && l.formatted && l.peek(1) == '{':
			l.pos += 2
		case c == '{' && l.formatted:
			if err := l.field(); err != nil {
				return err
			}
		default:
			l.advance()
		}
	}
	return l.unclosed()
}

// atEnd consumes the closing quotes when they come next.
func (l *literal) atEnd() bool {
	if l.peek(0) != l.quote {
		return false
	}
	if !l.triple {
		l.pos++
		return true
	}
	if l.peek(1) == l.quote && l.peek(2) == l.quote {
		l.pos += 3
		return true
	}
	return false
}

func (l *literal) unclosed() error {
	if l.triple {
		return l.fail(l.begin, "this string is never closed")
	}
	return l.fail(l.begin, "this string is not closed at the end of its line")
}

// escape consumes a backslash and what it protects. Braces are not protected
// in an f-string, except those of \N{NAME}.
func (l *literal) escape() {
	l.pos++
	next := l.peek(0)
	if l.formatted && (next == '{' || next == '}') {
		return
	}
	if l.pos < len(l.src) {
		l.advance()
	}
	if l.formatted && !l.raw && next == 'N' && l.peek(0) == '{' {
		for l.pos < len(l.src) && l.peek(0) != '}' && l.peek(0) != '\n' {
			l.pos++
		}
	}
}

// field consumes a replacement field: {EXPRESSION !CONVERSION :FORMAT}.
func (l *literal) field() error {
	open := l.here(1)
	if l.depth >= maxFields {
		return l.fail(open, "f-strings are nested too deeply")
	}
	l.pos++
	brackets := 0
	for l.pos < len(l.src) {
		c := l.peek(0)
		switch {
		case c == '}' && brackets == 0:
			l.pos++
			return nil
		case c == ':' && brackets == 0:
			l.pos++
			return l.format(open)
		case c == '!' && l.peek(1) == '=':
			l.pos += 2
		case c == '(' || c == '[' || c == '{':
			brackets++
			l.pos++
		case c == ')' || c == ']' || c == '}':
			if brackets--; brackets < 0 {
				return l.fail(l.here(1), "this bracket closes nothing in the f-string's field")
			}
			l.pos++
		case c == '#':
			l.comment()
		case c == '"' || c == '\'':
			if err := l.nested(""); err != nil {
				return err
			}
		case isName(c):
			if err := l.nestedWord(); err != nil {
				return err
			}
		default:
			l.advance()
		}
	}
	return l.fail(open, "this field of the f-string is never closed")
}

// nested consumes a string inside of a field.
func (l *literal) nested(prefix string) error {
	begin := l.here(1)
	begin.Column -= len(prefix)
	return l.scanner.literal(prefix, begin, l.depth+1)
}

// nestedWord consumes a name inside of a field, or a string with a prefix.
func (l *literal) nestedWord() error {
	begin := l.pos
	for c := l.peek(0); isName(c) || isDigit(c); c = l.peek(0) {
		l.pos++
	}
	w := string(l.src[begin:l.pos])
	if c := l.peek(0); (c == '"' || c == '\'') && isPrefix(w) {
		return l.nested(strings.ToLower(w))
	}
	return nil
}

// format consumes a field's format up to its closing brace; it may hold fields.
func (l *literal) format(open diagnostic.Position) error {
	for l.pos < len(l.src) {
		switch c := l.peek(0); {
		case c == '}':
			l.pos++
			return nil
		case c == '{':
			l.depth++
			err := l.field()
			l.depth--
			if err != nil {
				return err
			}
		case c == '\\':
			l.escape()
		case (c == '\n' || c == l.quote) && !l.triple:
			return l.fail(open, "this field of the f-string is never closed")
		default:
			l.advance()
		}
	}
	return l.fail(open, "this field of the f-string is never closed")
}
