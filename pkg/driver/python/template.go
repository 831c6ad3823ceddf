package python

import (
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// template is an f-string or a t-string that is being scanned. Its text and
// the expressions in its fields become tokens alike.
type template struct {
	quote string
	raw   bool
	begin diagnostic.Position
	// fields are those around the current position, the innermost last.
	fields []field
}

// field is a replacement field: {EXPRESSION !CONVERSION :FORMAT}.
type field struct {
	open diagnostic.Position
	// depth counts the open brackets, that of the field included.
	depth int
	// format is set after the colon: what follows is text again.
	format bool
}

// inText reports whether text comes next.
func (t *template) inText() bool {
	return len(t.fields) == 0 || t.fields[len(t.fields)-1].format
}

// inField reports whether a field's expression comes next, in no further bracket.
func (t *template) inField(brackets int) bool {
	return !t.inText() && t.fields[len(t.fields)-1].depth == brackets
}

// template is the innermost one; nil outside of all.
func (s *scanner) template() *template {
	if len(s.templates) == 0 {
		return nil
	}
	return &s.templates[len(s.templates)-1]
}

func (s *scanner) openTemplate(begin int, t template) token {
	if len(s.templates) >= maxTemplates {
		s.fail(t.begin, "f-strings are nested too deeply, more than %d", maxTemplates)
	}
	s.templates = append(s.templates, t)
	return token{kind: templateStart, text: s.src[begin:s.pos], Position: t.begin}
}

// templateText scans the text up to a field or a quote, and what ends it when it is empty.
func (s *scanner) templateText(t *template) token {
	first, begin := s.here(1), s.pos
	for {
		inFormat, rest := len(t.fields) > 0, s.src[s.pos:]
		switch {
		case !inFormat && (strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}")):
			s.pos += 2
		case strings.HasPrefix(rest, t.quote), strings.HasPrefix(rest, "{"), strings.HasPrefix(rest, "}"):
			if s.pos > begin {
				return token{kind: templateText, text: s.src[begin:s.pos], Position: span(first, s.here(0))}
			}
			return s.templateMark(t, rest[0])
		case strings.HasPrefix(rest, `\`):
			s.protected(t)
		case inFormat && len(t.quote) == 1 && strings.HasPrefix(rest, "\n"):
			// CPython 3.12 goes on with the expression's rules here.
			t.fields[len(t.fields)-1].format = false
			return token{kind: templateText, text: s.src[begin:s.pos], Position: span(first, s.here(0))}
		case !s.character(len(t.quote) == 3):
			s.notClosedTemplate(t)
			return token{}
		}
	}
}

// protected goes over a backslash and what it protects: no braces, except
// those of \N{NAME}.
func (s *scanner) protected(t *template) {
	if c := s.peek(1); c == '{' || c == '}' {
		s.pos++
		return
	}
	named := !t.raw && strings.HasPrefix(s.src[s.pos:], `\N{`)
	if !s.character(true) {
		return
	}
	for named && s.pos < len(s.src) && s.src[s.pos] != '\n' && !strings.HasPrefix(s.src[s.pos:], t.quote) {
		s.pos++
		named = s.src[s.pos-1] != '}'
	}
}

// templateMark scans a quote or a brace of the template itself.
func (s *scanner) templateMark(t *template, c byte) token {
	begin := s.pos
	if c != '{' && c != '}' {
		if len(t.fields) > 0 {
			s.fail(t.fields[len(t.fields)-1].open, "this field of the f-string is never closed")
		}
		s.pos += len(t.quote)
		s.templates = s.templates[:len(s.templates)-1]
		return token{kind: templateEnd, Position: s.since(begin)}
	}
	s.pos++
	mark := token{kind: operator, text: s.src[begin:s.pos], Position: s.since(begin)}
	switch {
	case c == '{':
		t.fields = append(t.fields, field{open: mark.Position, depth: len(s.open) + 1})
		s.openBracket(mark)
	case len(t.fields) == 0:
		s.fail(mark.Position, "a `}` in the text of an f-string is written `}}`")
	default:
		s.closeBracket(mark)
	}
	return mark
}

func (s *scanner) notClosedTemplate(t *template) {
	if len(t.fields) > 0 {
		s.fail(t.fields[len(t.fields)-1].open, "this field of the f-string is never closed")
	}
	s.notClosed(t.begin, t.quote)
}
