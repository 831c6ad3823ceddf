package jinja

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	replacement = regexp.MustCompile(`^([^{}!:]*)(?:!(.))?(?::([^{}]*))?\}`)
	specForm    = regexp.MustCompile(`^(?:(.)?([<>=^]))?([-+ ]?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?(.?)$`)
)

// textFormat is Python's str.format.
func textFormat(s *state, of any, a args) any {
	format, ok := of.(string)
	if !ok {
		s.fail("", "`format` of text that is escaped is not supported")
	}
	var b strings.Builder
	auto := 0
	for format != "" {
		i := strings.IndexAny(format, "{}")
		if i < 0 {
			break
		}
		b.WriteString(format[:i])
		if strings.HasPrefix(format[i+1:], format[i:i+1]) {
			b.WriteByte(format[i])
			format = format[i+2:]
			continue
		}
		m := replacement.FindStringSubmatch(format[i+1:])
		if format[i] == '}' || m == nil {
			s.fail("write `{{` for a brace; a field is `{}`, `{0}` or `{NAME}` with an optional `:FORMAT`", "the braces in the format are not supported")
		}
		format = format[i+1+len(m[0]):]
		b.WriteString(s.formatted(s.fieldValue(m[1], &auto, a), m[2], m[3]))
		s.fitsText(b.Len())
	}
	b.WriteString(format)
	s.charge(b.Len())
	return b.String()
}

// fieldValue is the argument that a field names; auto counts those without a
// name, and is -1 once there was a number.
func (s *state) fieldValue(name string, auto *int, a args) any {
	n, err := strconv.Atoi(name)
	switch {
	case name == "":
		if *auto < 0 {
			s.fail("", "the format mixes numbered fields with `{}`")
		}
		n = *auto
		*auto++
	case err == nil && isDecimal(name):
		if *auto > 0 {
			s.fail("", "the format mixes numbered fields with `{}`")
		}
		*auto = -1
	default:
		for i := range a.names {
			if a.names[i] == name {
				return a.named[i]
			}
		}
		s.fail("", "the format takes %s, which is not given; only plain names are supported", s.named("a value", name))
	}
	if n >= len(a.positional) {
		s.fail("", "the format takes more values than it is given")
	}
	return a.positional[n]
}

// formatted is Python's format(v, spec).
func (s *state) formatted(v any, convert, spec string) string {
	switch convert {
	case "":
	case "r":
		v = s.repr(v)
	case "s":
		v = s.str(v)
	default:
		s.fail("", "the conversion `!%s` is not supported", convert)
	}
	if spec == "" {
		return s.str(v)
	}
	s.defined(v)
	f := s.parseSpec(spec)
	if text, ok := plain(v); ok {
		if f.kind != 0 && f.kind != 's' || f.align == '=' || f.sign != 0 || f.grouping != "" || f.zeros || f.alternate {
			s.badSpec(v)
		}
		if f.align == 0 {
			f.align = '<'
		}
		return s.aligned(f, "", truncated(text, f.precision))
	}
	if f.align == 0 {
		f.align = '>'
	} else if f.zeros {
		s.badSpec(v)
	}
	if f.zeros && f.grouping != "" {
		s.badSpec(v)
	}
	return s.formatNumber(f, v)
}

func (s *state) badSpec(v any) {
	s.fail("", "this format of %s is not supported", typeName(v))
}

func (s *state) parseSpec(spec string) field {
	m := specForm.FindStringSubmatch(spec)
	if m == nil {
		s.fail("", "the format `%s` is not supported", s.source.excerpt(s.at))
	}
	f := field{fill: " ", alternate: m[4] != "", zeros: m[5] != "", grouping: m[7], precision: -1}
	if m[1] != "" {
		f.fill = m[1]
	}
	if m[2] != "" {
		f.align = m[2][0]
	}
	if m[3] != "" && m[3] != "-" {
		f.sign = m[3][0]
	}
	if m[9] != "" {
		f.kind = m[9][0]
	}
	p := &percentArgs{state: s}
	f.width = p.size(m[6], 0)
	f.precision = p.size(m[8], -1)
	return f
}

func (s *state) formatNumber(f field, v any) string {
	n, isWhole := whole(v)
	x, isNumber := number(v)
	switch {
	case !isNumber:
		s.badSpec(v)
	case isWhole && f.precision < 0 && (f.kind == 0 || strings.IndexByte("bdoxX", f.kind) >= 0):
		if f.grouping == "," && bases[f.kind] != 0 {
			s.badSpec(v)
		}
		return s.formatWhole(f, n)
	case f.kind == '%':
		f.kind = 'f'
		text := s.formatFloat(field{precision: f.precision, kind: 'f', sign: f.sign, grouping: f.grouping}, x*100) + "%"
		sign, digits := splitSign(text, 0)
		return s.aligned(f, sign, digits)
	case f.kind != 0 && strings.IndexByte("eEfFgG", f.kind) >= 0:
		return s.formatFloat(f, x)
	}
	s.badSpec(v)
	return ""
}
