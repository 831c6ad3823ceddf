package jinja

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

func formatFilter(s *state, v any, a args) any {
	if len(a.positional) > 0 && len(a.named) > 0 {
		s.fail("", "`format` takes either positional or named arguments")
	}
	text := s.soft(v)
	format, _ := plain(text)
	if len(a.named) == 0 {
		return s.percent(text, format, tupleOf(a.positional...))
	}
	d := newDict()
	for i, name := range a.names {
		d.setText(name, a.named[i])
	}
	return s.percent(text, format, d)
}

var conversion = regexp.MustCompile(`^%(?:\(([^()]*)\))?([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?(.)?`)

// percent is Python's FORMAT % VALUES.
func (s *state) percent(of any, format string, values any) any {
	if _, safe := of.(markup); safe {
		s.fail("", "`%%` on text that is escaped is not supported")
	}
	p := &percentArgs{state: s, values: values}
	p.byName, _ = values.(*dict)
	if t, ok := values.(tuple); ok {
		p.rest = t.items
	} else {
		p.rest = []any{values}
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			break
		}
		b.WriteString(format[:i])
		m := conversion.FindStringSubmatch(format[i:])
		if m == nil || m[5] == "" {
			s.fail("write `%` twice for a percent sign", "the format ends in an incomplete `%%`")
		}
		format = format[i+len(m[0]):]
		b.WriteString(p.convert(m))
		s.fitsText(b.Len())
	}
	if len(p.rest) > 0 && p.byName == nil && !p.none() {
		s.fail("", "the format takes fewer values than it is given")
	}
	b.WriteString(format)
	s.charge(b.Len())
	return b.String()
}

// percentArgs are the values that a format takes one after the other, or by name.
type percentArgs struct {
	*state
	values any
	rest   []any
	byName *dict
}

// none allows an empty tuple, list or mapping to be left over, as Python does.
func (p *percentArgs) none() bool {
	_, isList := p.values.(*list)
	return isList
}

func (p *percentArgs) next() any {
	if len(p.rest) == 0 {
		p.fail("write `%` twice for a percent sign", "the format takes more values than it is given")
	}
	v := p.rest[0]
	p.rest = p.rest[1:]
	return v
}

// convert prints one value by the parts of its conversion.
func (p *percentArgs) convert(m []string) string {
	if m[5] == "%" {
		return "%"
	}
	f := field{fill: " ", align: '>', precision: -1, kind: m[5][0]}
	for _, flag := range m[2] {
		switch flag {
		case '-':
			f.align = '<'
		case '0':
			f.zeros = true
		case '+':
			f.sign = '+'
		case ' ':
			if f.sign == 0 {
				f.sign = ' '
			}
		case '#':
			f.alternate = true
		}
	}
	f.zeros = f.zeros && f.align == '>'
	f.width = p.size(m[3], 0)
	if strings.Contains(m[0], ".") && !strings.HasPrefix(m[0], "%(") || m[4] != "" {
		f.precision = p.size(m[4], 0)
	}
	var v any
	if strings.HasPrefix(m[0], "%(") {
		v = p.byNameOf(m[1])
	} else {
		v = p.next()
	}
	return p.percentValue(f, v)
}

func (p *percentArgs) size(text string, otherwise int64) int64 {
	switch text {
	case "":
		return otherwise
	case "*":
		p.fail("write the number", "`*` in a format is not supported")
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n > maxText {
		p.fail("", "the size in the format is too large")
	}
	return n
}

func (p *percentArgs) byNameOf(name string) any {
	if p.byName == nil {
		p.fail("", "the format takes values by name, but is given none")
	}
	v, ok := p.byName.text(name)
	if !ok {
		p.fail("", "the format takes %s, which is not given", p.named("a value", name))
	}
	p.rest = nil
	return v
}

func (s *state) percentValue(f field, v any) string {
	switch f.kind {
	case 's', 'r':
		text := s.str(v)
		if f.kind == 'r' {
			text = s.repr(v)
		}
		f.zeros = false
		return s.aligned(f, "", truncated(text, f.precision))
	case 'c':
		return s.aligned(f, "", s.character(v))
	case 'd', 'i', 'u', 'x', 'X', 'o':
		s.defined(v)
		n, ok := whole(v)
		if fl, isFloat := v.(float64); isFloat && strings.IndexByte("diu", f.kind) >= 0 {
			n, ok = s.truncated(fl), true
		}
		if !ok || f.precision >= 0 {
			s.fail("", "`%%%c` needs a whole number, and takes no precision; found %s", f.kind, typeName(v))
		}
		return s.formatWhole(f, n)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		s.defined(v)
		x, ok := pyFloatOf(v)
		if _, isText := plain(v); !ok || isText {
			s.fail("", "`%%%c` needs a number, found %s", f.kind, typeName(v))
		}
		return s.formatFloat(f, x)
	}
	s.fail("write `%` twice for a percent sign; there are %s, %r, %c, %d, %x, %o, %e, %f and %g", "a conversion in the format is not supported")
	return ""
}

func (s *state) character(v any) string {
	if n, ok := whole(v); ok && n >= 0 && n <= utf8.MaxRune && utf8.ValidRune(rune(n)) {
		return string(rune(n))
	}
	text, ok := plain(v)
	if !ok || utf8.RuneCountInString(text) != 1 {
		s.fail("", "`%%c` needs one character")
	}
	return text
}

func truncated(text string, precision int64) string {
	if runes := []rune(text); precision >= 0 && int64(len(runes)) > precision {
		return string(runes[:precision])
	}
	return text
}

var bases = map[byte]int{'x': 16, 'X': 16, 'o': 8, 'b': 2}
