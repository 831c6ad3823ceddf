package jinja

import (
	"math"
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
