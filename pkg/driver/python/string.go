package python

import (
	"strconv"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

func quoteByte(c byte) string { return strconv.QuoteRune(rune(c)) }

// isPrefix reports whether the word before a quote belongs to the string.
func isPrefix(w string) bool {
	if len(w) > 2 {
		return false
	}
	switch strings.ToLower(w) {
	case "r", "b", "u", "f", "t", "rb", "br", "rf", "fr", "rt", "tr":
		return true
	}
	return false
}

// string scans a string whose prefix begins at the offset and whose quote
// comes next; of a string with fields the quote only.
func (s *scanner) string(begin int) token {
	prefix := strings.ToLower(s.src[begin:s.pos])
	quote := s.src[s.pos : s.pos+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s.src[s.pos:], triple) {
		quote = triple
	}
	first := s.since(begin)
	first.EndColumn++
	s.pos += len(quote)
	if strings.ContainsAny(prefix, "ft") {
		return s.openTemplate(begin, template{quote: quote, raw: strings.Contains(prefix, "r"), begin: first})
	}
	for !strings.HasPrefix(s.src[s.pos:], quote) {
		if !s.character(len(quote) == 3) {
			s.notClosed(first, quote)
			return token{}
		}
	}
	s.pos += len(quote)
	return token{kind: text, text: s.src[begin:s.pos], Position: span(first, s.here(0))}
}

// character goes over one character of a string, a backslash and what it
// protects counting as one. It reports false where the string cannot go on.
func (s *scanner) character(triple bool) bool {
	if s.peek(0) == '\\' {
		s.pos++
	} else if s.peek(0) == '\n' && !triple {
		return false
	}
	switch {
	case s.pos >= len(s.src):
		return false
	case s.src[s.pos] == '\n':
		s.nextLine()
	default:
		s.pos++
	}
	return true
}

// notClosed reports a string. In a field of an f-string with the same quote
// that quote was meant to end the f-string.
func (s *scanner) notClosed(at diagnostic.Position, quote string) {
	if t := s.template(); t != nil && t.quote == quote && len(t.fields) > 0 {
		s.fail(t.fields[len(t.fields)-1].open, "this field of the f-string is never closed")
	}
	if len(quote) == 3 {
		s.fail(at, "this string is never closed")
	}
	s.fail(at, "this string is not closed at the end of its line")
}
