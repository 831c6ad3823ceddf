package jinja

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// field is how one value is printed, by `%` and by format().
type field struct {
	fill             string
	align            byte
	sign             byte
	alternate, zeros bool
	width            int64
	grouping         string
	precision        int64 // below 0 when not given
	kind             byte
}

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

func (s *state) formatWhole(f field, n int64) string {
	base, prefix := bases[f.kind], ""
	if base == 0 {
		base = 10
	} else if f.alternate {
		prefix = "0" + string(f.kind)
	}
	digits := strconv.FormatInt(n, base)
	sign, digits := splitSign(digits, f.sign)
	if f.kind == 'X' {
		digits = strings.ToUpper(digits)
	}
	return s.aligned(f, sign+prefix, grouped(digits, f.grouping, base))
}

func splitSign(digits string, plus byte) (sign, rest string) {
	switch {
	case strings.HasPrefix(digits, "-"):
		return "-", digits[1:]
	case plus == '+' || plus == ' ':
		return string(plus), digits
	}
	return "", digits
}

// grouped puts separators between the digits before the point.
func grouped(digits, separator string, base int) string {
	if separator == "" {
		return digits
	}
	size := 3
	if base != 10 {
		size = 4
	}
	end := strings.IndexAny(digits, ".e")
	if end < 0 {
		end = len(digits)
	}
	out := digits[end:]
	for ; end > size; end -= size {
		out = separator + digits[end-size:end] + out
	}
	return digits[:end] + out
}

func (s *state) formatFloat(f field, x float64) string {
	if f.alternate || math.IsInf(x, 0) || math.IsNaN(x) {
		s.fail("", "this number, or `#`, is not supported in a format")
	}
	precision := f.precision
	if precision < 0 {
		precision = 6
	}
	kind := f.kind | 0x20
	if kind == 'g' {
		precision = max(precision, 1)
	}
	s.room(1, int(precision)+300)
	sign, digits := splitSign(strconv.FormatFloat(x, kind, int(precision), 64), f.sign)
	if f.kind < 'a' {
		digits = strings.ToUpper(digits)
	}
	return s.aligned(f, sign, grouped(digits, f.grouping, 10))
}

// aligned pads a text to the field's width; zeros go between sign and digits.
func (s *state) aligned(f field, sign, text string) string {
	missing := int(f.width) - utf8.RuneCountInString(sign) - utf8.RuneCountInString(text)
	if missing <= 0 {
		return sign + text
	}
	s.room(len(f.fill), missing)
	switch {
	case f.zeros:
		return sign + strings.Repeat("0", missing) + text
	case f.align == '=':
		return sign + strings.Repeat(f.fill, missing) + text
	case f.align == '<':
		return sign + text + strings.Repeat(f.fill, missing)
	case f.align == '^':
		return strings.Repeat(f.fill, missing/2) + sign + text + strings.Repeat(f.fill, missing-missing/2)
	}
	return strings.Repeat(f.fill, missing) + sign + text
}

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
