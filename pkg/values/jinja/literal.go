package jinja

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// simpleEscapes are Python's escapes of one letter.
var simpleEscapes = map[byte]string{
	'\n': "", '\\': `\`, '\'': `'`, '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

// unquote reads a string literal as Python does; unknown escapes stay as they are.
func (p *parser) unquote(t token) string {
	body := t.text[1 : len(t.text)-1]
	if !strings.Contains(body, `\`) {
		return body
	}
	var b strings.Builder
	for i := 0; i < len(body); {
		if body[i] != '\\' {
			b.WriteByte(body[i])
			i++
			continue
		}
		if plain, ok := simpleEscapes[body[i+1]]; ok {
			b.WriteString(plain)
			i += 2
			continue
		}
		i += p.numericEscape(&b, t, body[i:])
	}
	return b.String()
}

// hexDigits is how many digits follow the letter of an escape.
var hexDigits = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// numericEscape writes the character of an escape such as \x41 or \101 and
// returns how long the escape is.
func (p *parser) numericEscape(b *strings.Builder, t token, s string) int {
	length, base, start := hexDigits[s[1]], 16, 2
	if s[1] >= '0' && s[1] <= '7' {
		base, start = 8, 1
		for length = 1; length < 3 && start+length < len(s) && s[start+length] >= '0' && s[start+length] <= '7'; length++ {
		}
	}
	switch {
	case s[1] == 'N':
		p.fail(t.at, `write the character itself, or \uXXXX`, `the escape \N{…} is not supported`)
	case length == 0:
		b.WriteByte('\\')
		return 1
	case start+length > len(s):
		p.fail(t.at, "", `the escape \%c needs %d digits`, s[1], length)
	}
	n, err := strconv.ParseUint(s[start:start+length], base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		p.fail(t.at, "", `the escape %s is no character`, s[:start+length])
	}
	b.WriteRune(rune(n))
	return start + length
}

func (p *parser) integer(t token) int64 {
	n, err := strconv.ParseInt(strings.ReplaceAll(t.text, "_", ""), 0, 64)
	if err != nil {
		p.fail(t.at, "put it in quotes when it is no number to calculate with", "the number %s is too large: %s", t.text, beyond)
	}
	return n
}

func (p *parser) float(t token) float64 {
	f, err := strconv.ParseFloat(strings.ReplaceAll(t.text, "_", ""), 64)
	if err != nil {
		p.fail(t.at, "", "the number %s is too large", t.text)
	}
	return f
}
