package jinja

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
)

// tojson is Jinja2's: keys sorted, ASCII only, safe in HTML.
func tojson(s *state, v any, a args) any {
	p := s.bind("tojson", a, 0, "indent")
	w := &jsonWriter{s: s}
	if given(p[0]) {
		blanks, ok := plain(p[0])
		if !ok {
			blanks = strings.Repeat(" ", s.room(1, int(max(0, min(as[int64](s, p[0]), maxText+1)))))
		}
		w.indent = &blanks
	}
	if u, ok := v.(undefined); ok {
		s.fail("give it a value with `| default(…)`, or test it with `is defined`", "`tojson` needs a value, but %s", u.why)
	}
	w.value(v, 0)
	return markup(strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`, "'", `\u0027`).Replace(w.String()))
}

type jsonWriter struct {
	strings.Builder
	s *state
	// indent is nil for one line.
	indent *string
}

func (w *jsonWriter) value(v any, depth int) {
	w.s.deeper(depth)
	w.s.charge(0)
	w.s.fitsText(w.Len())
	switch v := v.(type) {
	case nil:
		w.WriteString("null")
	case bool:
		w.WriteString(strings.ToLower(pyBool(v)))
	case int64:
		w.WriteString(strconv.FormatInt(v, 10))
	case float64:
		w.WriteString(jsonFloat(v))
	case string:
		w.text(v)
	case markup:
		w.text(string(v))
	case *list:
		w.items(v.items, depth)
	case tuple:
		w.items(v.items, depth)
	case *dict:
		w.dict(v, depth)
	case undefined:
		w.s.fail("", "`tojson` needs a value, but %s", v.why)
	case *iterator:
		w.s.fail("add `| list` before", "an iterator has no JSON form")
	default:
		w.s.fail("", "%s has no JSON form", typeName(v))
	}
}

func jsonFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case math.IsNaN(f):
		return "NaN"
	}
	return pyFloat(f)
}

func (w *jsonWriter) text(text string) {
	w.s.charge(len(text))
	w.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			w.WriteByte('\\')
			w.WriteRune(r)
		case r >= ' ' && r < 0x7f:
			w.WriteRune(r)
		case r == '\n':
			w.WriteString(`\n`)
		case r == '\r':
			w.WriteString(`\r`)
		case r == '\t':
			w.WriteString(`\t`)
		case r == '\b':
			w.WriteString(`\b`)
		case r == '\f':
			w.WriteString(`\f`)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(w, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(w, `\u%04x`, r)
		}
	}
	w.WriteByte('"')
}

// line begins a new line when there are lines, else it writes what stands instead.
func (w *jsonWriter) line(depth int, instead string) {
	if w.indent == nil {
		w.WriteString(instead)
		return
	}
	w.s.room(len(*w.indent)+1, depth)
	w.WriteString("\n" + strings.Repeat(*w.indent, depth))
}

func (w *jsonWriter) items(items []any, depth int) {
	if len(items) == 0 {
		w.WriteString("[]")
		return
	}
	w.WriteByte('[')
	w.line(depth+1, "")
	for i, item := range items {
		if i > 0 {
			w.WriteByte(',')
			w.line(depth+1, " ")
		}
		w.value(item, depth+1)
	}
	w.line(depth, "")
	w.WriteByte(']')
}

func (w *jsonWriter) dict(d *dict, depth int) {
	if len(d.entries) == 0 {
		w.WriteString("{}")
		return
	}
	pairs := w.s.sorted((&view{of: d, pick: pairOf}).items(), func(pair any) any { return pair.(tuple).items[0] }, false)
	w.WriteByte('{')
	w.line(depth+1, "")
	for i, pair := range pairs {
		if i > 0 {
			w.WriteByte(',')
			w.line(depth+1, " ")
		}
		w.key(pair.(tuple).items[0])
		w.WriteString(": ")
		w.value(pair.(tuple).items[1], depth+1)
	}
	w.line(depth, "")
	w.WriteByte('}')
}

func (w *jsonWriter) key(key any) {
	switch key := key.(type) {
	case string:
		w.text(key)
	case markup:
		w.text(string(key))
	case nil:
		w.text("null")
	case bool:
		w.text(strings.ToLower(pyBool(key)))
	case int64:
		w.text(strconv.FormatInt(key, 10))
	case float64:
		w.text(jsonFloat(key))
	default:
		w.s.fail("", "%s is no key in JSON", typeName(key))
	}
}
