package jinja

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// str is Python's str().
func (s *state) str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case markup:
		return string(v)
	case undefined:
		return ""
	}
	return s.repr(v)
}

// soft is str, but leaves markup as it is: Jinja2's soft_str.
func (s *state) soft(v any) any {
	if m, ok := v.(markup); ok {
		return m
	}
	return s.str(v)
}

// repr is Python's repr().
func (s *state) repr(v any) string {
	var b strings.Builder
	s.writeRepr(&b, v, 0)
	return b.String()
}

// maxDepth bounds how deep values are nested that are printed or compared.
const maxDepth = 100

func (s *state) deeper(depth int) int {
	if depth > maxDepth {
		s.fail("", "the value is nested too deeply, or contains itself")
	}
	return depth + 1
}

func (s *state) writeRepr(b *strings.Builder, v any, depth int) {
	depth = s.deeper(depth)
	before := b.Len()
	switch v := v.(type) {
	case nil:
		b.WriteString("None")
	case bool:
		b.WriteString(pyBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(pyFloat(v))
	case string:
		b.WriteString(quoted(v))
	case markup:
		b.WriteString("Markup(" + quoted(string(v)) + ")")
	case *list:
		s.writeItems(b, "[", v.items, "]", depth)
	case tuple:
		closing := ")"
		if len(v.items) == 1 {
			closing = ",)"
		}
		s.writeItems(b, "(", v.items, closing, depth)
	case *dict:
		s.writeDict(b, v, depth)
	case numbers:
		b.WriteString(v.repr())
	case *view:
		b.WriteString("dict_" + v.kind + "(")
		s.writeItems(b, "[", v.items(), "]", depth)
		b.WriteString(")")
	case undefined:
		b.WriteString("Undefined")
	case *namespace:
		b.WriteString("<Namespace ")
		s.writeDict(b, v.attributes, depth)
		b.WriteString(">")
	case *iterator:
		s.fail("add `| list` to get its items, or `| join` to print them", "an iterator has no text")
	default:
		s.fail("call it, or remove it", "%s has no text", typeName(v))
	}
	s.charge(b.Len() - before)
}

func (s *state) writeItems(b *strings.Builder, opening string, items []any, closing string, depth int) {
	b.WriteString(opening)
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		s.writeRepr(b, item, depth)
	}
	b.WriteString(closing)
}

func (s *state) writeDict(b *strings.Builder, d *dict, depth int) {
	b.WriteString("{")
	for i, e := range d.entries {
		if i > 0 {
			b.WriteString(", ")
		}
		s.writeRepr(b, e.key, depth)
		b.WriteString(": ")
		s.writeRepr(b, e.value, depth)
	}
	b.WriteString("}")
}

func (n numbers) repr() string {
	if n.step == 1 {
		return fmt.Sprintf("range(%d, %d)", n.start, n.stop)
	}
	return fmt.Sprintf("range(%d, %d, %d)", n.start, n.stop, n.step)
}

func pyBool(v bool) string {
	if v {
		return "True"
	}
	return "False"
}

// pyFloat is the shortest text that reads back as the number, in Python's form.
func pyFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	scientific := strconv.FormatFloat(f, 'e', -1, 64)
	exponent, err := strconv.Atoi(scientific[strings.IndexByte(scientific, 'e')+1:])
	if err != nil || exponent < -4 || exponent >= 16 {
		return scientific
	}
	plain := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(plain, ".") {
		plain += ".0"
	}
	return plain
}

// quoted is a string as Python writes it.
func quoted(text string) string {
	quote := '\''
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range text {
		switch {
		case r == quote || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}
