package python

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// strings reads string literals; several in a row are one.
func (p *parser) strings() node {
	first, kind := p.tok, String
	var value strings.Builder
	var bytes, characters bool
	for p.tok.kind == text || p.tok.kind == templateStart {
		if p.tok.kind == templateStart {
			characters = true
			if p.fields(&value) {
				kind = Template
			}
			continue
		}
		t := p.advance()
		prefix, raw := unquoted(t.text)
		isBytes := strings.Contains(prefix, "b")
		bytes, characters = bytes || isBytes, characters || !isBytes
		value.WriteString(p.decode(raw, prefix, t.Position))
		if bytes && characters {
			p.fail(t.Position, "strings and bytes cannot be joined")
		}
	}
	e := Expression{Position: span(first.Position, p.last.Position)}
	if !bytes {
		e.Kind, e.Text = kind, value.String()
	}
	return node{Expression: e, shape: literal}
}

// unquoted splits a string literal into its prefix and what is between the quotes.
func unquoted(t string) (prefix, raw string) {
	i := strings.IndexAny(t, `"'`)
	n := 1
	if len(t) >= i+6 && t[i] == t[i+1] && t[i] == t[i+2] {
		n = 3
	}
	return strings.ToLower(t[:i]), t[i+n : len(t)-n]
}

// decode is the value of a literal. It reports what Python cannot decode.
func (p *parser) decode(raw, prefix string, at diagnostic.Position) string {
	if strings.Contains(prefix, "b") && strings.ContainsFunc(raw, func(r rune) bool { return r >= utf8.RuneSelf }) {
		p.fail(at, "bytes hold ASCII characters only; write others as \\x escapes")
	}
	if strings.Contains(prefix, "r") || !strings.Contains(raw, `\`) {
		return raw
	}
	var b strings.Builder
	for raw != "" {
		i := strings.IndexByte(raw, '\\')
		if i < 0 || i+1 == len(raw) {
			b.WriteString(raw)
			break
		}
		b.WriteString(raw[:i])
		n, ok := escape(&b, raw[i+1:], strings.Contains(prefix, "b"))
		if !ok {
			p.fail(at, "`\\%s` begins an escape that is not complete; a `\\` itself is written `\\\\`", raw[i+1:i+2])
		}
		raw = raw[i+1+n:]
	}
	return b.String()
}

// hexadecimals counts the digits of an escape.
var hexadecimals = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// simpleEscapes are the escapes of one character.
var simpleEscapes = map[byte]string{
	'\n': "", '\\': `\`, '\'': "'", '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

// escape writes what the text after a backslash means, and says how many
// bytes of it belong to the escape.
func escape(b *strings.Builder, s string, bytes bool) (n int, ok bool) {
	c := s[0]
	digits := hexadecimals[c]
	if bytes && c != 'x' {
		digits = 0
	}
	switch value, simple := simpleEscapes[c]; {
	case simple:
		b.WriteString(value)
		return 1, true
	case digits > 0:
		if len(s) <= digits {
			return 1, false
		}
		code, err := strconv.ParseUint(s[1:1+digits], 16, 32)
		b.WriteRune(rune(min(code, utf8.MaxRune)))
		return 1 + digits, err == nil && code <= utf8.MaxRune
	case c == 'N' && !bytes:
		// The names of characters are not looked up.
		end := strings.IndexByte(s, '}')
		b.WriteRune(utf8.RuneError)
		return max(end, 0) + 1, len(s) > 2 && s[1] == '{' && end > 2
	case c >= '0' && c <= '7':
		return octal(b, s), true
	}
	b.WriteByte('\\')
	return 0, true
}

func octal(b *strings.Builder, s string) int {
	n := 1
	for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	code, _ := strconv.ParseUint(s[:n], 8, 32) // up to three octal digits
	b.WriteRune(rune(code))
	return n
}

// fields reads an f-string and writes its text, with {} for its fields. It
// reports whether there are any.
func (p *parser) fields(value *strings.Builder) (some bool) {
	prefix := strings.ToLower(strings.TrimRight(p.advance().text, `"'`))
	for {
		switch t := p.tok; {
		case t.kind == templateText:
			p.advance()
			value.WriteString(p.decode(braces.Replace(t.text), prefix, t.Position))
		case p.at("{"):
			some = true
			p.field(p.advance(), prefix)
			value.WriteString("{}")
		case t.kind == templateEnd:
			p.advance()
			return some
		default:
			p.fail(t.Position, "%s does not belong here, in an f-string", t.describe())
			return some
		}
	}
}

// braces are written twice in the text of an f-string.
var braces = strings.NewReplacer("{{", "{", "}}", "}")

// field reads EXPRESSION = !CONVERSION :FORMAT} after the brace.
func (p *parser) field(open token, prefix string) {
	if p.atAny("}", "=", "!", ":") {
		p.fail(p.tok.Position, "an expression is expected in this field of the f-string; a `{` in its text is written `{{`")
	}
	if p.at("yield") {
		p.yield()
	} else {
		p.starExpressions()
	}
	p.accept("=")
	if p.at("!") {
		p.conversion(p.advance())
	}
	if p.accept(":") {
		p.format(prefix)
	}
	if !p.accept("}") {
		p.fail(p.tok.Position, "%s does not belong here; `}` is expected for the `{` of column %d", p.tok.describe(), open.Column)
	}
}

// conversion reads the letter after the exclamation mark.
func (p *parser) conversion(mark token) {
	adjacent := p.tok.Line == mark.EndLine && p.tok.Column == mark.EndColumn
	if t := p.tok; !adjacent || t.kind != name || t.text != "r" && t.text != "s" && t.text != "a" {
		p.fail(t.Position, "`!r`, `!s` or `!a` is expected here")
	}
	p.advance()
}

// format reads a field's format, which may hold fields.
func (p *parser) format(prefix string) {
	for p.tok.kind == templateText || p.at("{") {
		if t := p.advance(); t.kind == templateText {
			p.decode(t.text, prefix, t.Position)
		} else {
			p.field(t, prefix)
		}
	}
}
