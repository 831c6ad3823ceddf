package jinja

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind int

const (
	eof kind = iota
	data
	variableBegin
	variableEnd
	blockBegin
	blockEnd
	name
	text
	integer
	float
	operator
)

// token is one word of a template. Its text is as written, but for data, whose
// text is what is printed.
type token struct {
	kind kind
	text string
	at   Span
}

// is reports whether the token is that operator, or that name.
func (t token) is(word string) bool {
	return (t.kind == operator || t.kind == name) && t.text == word
}

var (
	floatForm   = regexp.MustCompile(`^(?i)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)`)
	integerForm = regexp.MustCompile(`^(?i)(?:0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*)`)
	stringForm  = regexp.MustCompile(`^(?s)(?:'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")`)
	rawBegin    = regexp.MustCompile(`^\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})`)
	rawEnd      = regexp.MustCompile(`\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\})`)
)

// operators are the longest first.
var operators = []string{"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"}

// lexer cuts a template into tokens.
type lexer struct {
	*source
	pos    int
	tokens []token
	// open are the brackets that are open in the current tag.
	open []token
}

// lex panics with an *Error where the text is no template.
func lex(s *source) []token {
	l := &lexer{source: s}
	for l.pos < len(l.text) {
		l.root()
	}
	l.emit(eof, "", l.pos, l.pos)
	return l.tokens
}

func (l *lexer) emit(k kind, text string, start, end int) {
	l.tokens = append(l.tokens, token{kind: k, text: text, at: Span{start, end}})
}

func (l *lexer) fail(start, end int, help, format string, args ...any) {
	panic(l.err(Span{start, end}, help, format, args...))
}

// root reads text up to and with the next tag.
func (l *lexer) root() {
	start := l.pos
	for {
		i := strings.IndexByte(l.text[l.pos:], '{')
		if i < 0 {
			l.pos = len(l.text)
			l.data(start, l.pos)
			return
		}
		l.pos += i
		if next := l.pos + 1; next < len(l.text) && strings.IndexByte("%{#", l.text[next]) >= 0 {
			break
		}
		l.pos++
	}
	end := l.pos
	if sign := l.pos + 2; sign < len(l.text) && l.text[sign] == '-' {
		end = start + len(strings.TrimRightFunc(l.text[start:end], isSpace))
	}
	l.data(start, end)
	switch opening := l.text[l.pos+1]; opening {
	case '#':
		l.comment()
	case '{':
		l.tag(variableBegin, "}}", variableEnd)
	default:
		if m := rawBegin.FindString(l.text[l.pos:]); m != "" {
			l.raw(len(m))
			return
		}
		l.tag(blockBegin, "%}", blockEnd)
	}
}

func (l *lexer) data(start, end int) {
	if end > start {
		l.emit(data, l.text[start:end], start, end)
	}
}

func (l *lexer) comment() {
	begin := l.pos
	l.pos += 2
	end := strings.Index(l.text[l.pos:], "#}")
	if end < 0 {
		l.fail(begin, begin+2, "", "this comment is never closed; expected `#}`")
	}
	closing := l.pos + end
	l.pos = closing + 2
	if closing > begin+2 && l.text[closing-1] == '-' {
		l.skipSpace()
	}
}

func (l *lexer) raw(opening int) {
	begin := l.pos
	l.pos += opening
	m := rawEnd.FindStringSubmatchIndex(l.text[l.pos:])
	switch {
	case m == nil && l.pos == len(l.text):
		return
	case m == nil:
		l.fail(begin, begin+len(strings.TrimRightFunc(l.text[begin:l.pos], isSpace)), "", "`raw` is never closed; expected `{%% endraw %%}`")
	}
	end := l.pos + m[0]
	if m[2] < m[3] && l.text[l.pos+m[2]] == '-' {
		end = l.pos + len(strings.TrimRightFunc(l.text[l.pos:end], isSpace))
	}
	l.data(l.pos, end)
	l.pos += m[1]
}

func (l *lexer) skipSpace() {
	l.pos = len(l.text) - len(strings.TrimLeftFunc(l.text[l.pos:], isSpace))
}

// tag reads the words between a tag's begin and its end.
func (l *lexer) tag(begin kind, closing string, end kind) {
	start := l.pos
	l.pos += 2
	if l.pos < len(l.text) && (l.text[l.pos] == '-' || l.text[l.pos] == '+') {
		l.pos++
	}
	l.emit(begin, l.text[start:l.pos], start, l.pos)
	l.open = l.open[:0]
	for {
		l.skipSpace()
		if l.pos >= len(l.text) {
			if len(l.open) > 0 {
				l.unclosed(l.open[len(l.open)-1])
			}
			l.fail(start, start+2, "", "`%s` is never closed; expected `%s`", l.text[start:start+2], closing)
		}
		if len(l.open) == 0 && l.end(closing, end) {
			return
		}
		l.word()
	}
}

// end reads a tag's end, if that is what is next.
func (l *lexer) end(closing string, k kind) bool {
	rest := l.text[l.pos:]
	sign := 0
	if rest[0] == '-' || rest[0] == '+' && k == blockEnd {
		sign = 1
	}
	if !strings.HasPrefix(rest[sign:], closing) {
		return false
	}
	start := l.pos
	l.pos += sign + len(closing)
	l.emit(k, closing, start, l.pos)
	if rest[0] == '-' {
		l.skipSpace()
	}
	return true
}

// word reads one word within a tag.
func (l *lexer) word() {
	rest := l.text[l.pos:]
	take := func(k kind, length int) {
		l.emit(k, rest[:length], l.pos, l.pos+length)
		l.pos += length
	}
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case first >= '0' && first <= '9':
		m := floatForm.FindString(rest)
		if m != "" && (l.pos == 0 || l.text[l.pos-1] != '.') {
			take(float, len(m))
			return
		}
		take(integer, len(integerForm.FindString(rest)))
	case first == '_' || unicode.IsLetter(first):
		take(name, len(rest)-len(strings.TrimLeftFunc(rest, isWord)))
	case first == '"' || first == '\'':
		m := stringForm.FindString(rest)
		if m == "" {
			l.fail(l.pos, l.pos+1, "", "this text is never closed; expected another `%c`", first)
		}
		take(text, len(m))
	default:
		for _, o := range operators {
			if strings.HasPrefix(rest, o) {
				l.balance(o)
				take(operator, len(o))
				return
			}
		}
		l.fail(l.pos, l.pos+utf8.RuneLen(first), "", "unexpected character %q", first)
	}
}

var closes = map[string]string{")": "(", "]": "[", "}": "{"}

// balance keeps track of brackets: a tag does not end within them.
func (l *lexer) balance(o string) {
	switch o {
	case "(", "[", "{":
		l.open = append(l.open, token{kind: operator, text: o, at: Span{l.pos, l.pos + 1}})
	case ")", "]", "}":
		if len(l.open) == 0 {
			l.fail(l.pos, l.pos+1, "", "unexpected `%s`, which closes nothing", o)
		}
		last := l.open[len(l.open)-1]
		if last.text != closes[o] {
			l.unclosed(last)
		}
		l.open = l.open[:len(l.open)-1]
	}
}

func (l *lexer) unclosed(bracket token) {
	l.fail(bracket.at.Start, bracket.at.End, "", "this `%s` is never closed", bracket.text)
}

// isSpace is what Python takes for white space.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r)
}
