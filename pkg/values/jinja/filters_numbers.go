package jinja

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

func abs(s *state, v any, a args) any {
	s.bind("abs", a, 0)
	s.defined(v)
	if f, ok := v.(float64); ok {
		return math.Abs(f)
	}
	n, ok := whole(v)
	if !ok {
		s.fail("", "`abs` needs a number, found %s", typeName(v))
	}
	if n < 0 {
		return s.minus(0, n)
	}
	return n
}

// pyInt is Python's int() of a text.
func pyInt(text string, base int) (n int64, ok, tooLarge bool) {
	text = strings.TrimFunc(text, isSpace)
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 || !underscoresFit(digits) || base == 10 && !isDecimal(digits) {
		return 0, false, false
	}
	digits = strings.ReplaceAll(digits, "_", "")
	if len(digits) > 2 && digits[0] == '0' {
		if prefix := map[byte]int{'x': 16, 'o': 8, 'b': 2}[digits[1]|0x20]; prefix == base {
			digits = digits[2:]
		}
	}
	if base == 0 {
		return 0, false, false
	}
	n, err := strconv.ParseInt(text[:len(text)-len(strings.TrimLeft(text, "+-"))]+digits, base, 64)
	numError, _ := err.(*strconv.NumError)
	return n, err == nil, numError != nil && numError.Err == strconv.ErrRange
}

// underscoresFit reports whether underscores stand between digits only.
func underscoresFit(digits string) bool {
	return digits != "" && digits[0] != '_' && digits[len(digits)-1] != '_' && !strings.Contains(digits, "__")
}

func isDecimal(digits string) bool {
	return strings.Trim(digits, "0123456789_") == ""
}

// pyFloatOf is Python's float(); false when the value is no number.
func pyFloatOf(v any) (float64, bool) {
	if f, ok := number(v); ok {
		return f, true
	}
	text, ok := plain(v)
	if !ok {
		return 0, false
	}
	text = strings.ToLower(strings.TrimFunc(text, isSpace))
	digits := strings.TrimLeft(text, "+-")
	switch digits {
	case "inf", "infinity", "nan":
	default:
		if !underscoresFit(digits) || strings.Trim(digits, "0123456789_.e+-") != "" || strings.Contains(digits, "_.") || strings.Contains(digits, "._") {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	numError, _ := err.(*strconv.NumError)
	return f, err == nil || numError != nil && numError.Err == strconv.ErrRange
}

func intFilter(s *state, v any, a args) any {
	p := s.bind("int", a, 0, "default", "base")
	s.defined(v)
	if text, ok := plain(v); ok {
		n, ok, tooLarge := pyInt(text, s.base(p[1]))
		s.fits(!tooLarge)
		if ok {
			return n
		}
	} else if n, ok := whole(v); ok {
		return n
	} else if f, ok := v.(float64); ok && !math.IsNaN(f) {
		return s.truncated(f)
	}
	if f, ok := pyFloatOf(v); ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return s.truncated(f)
	}
	if p[0] == (absent{}) {
		return int64(0)
	}
	return p[0]
}

func (s *state) base(v any) int {
	base := or(s, v, int64(10))
	if base < 2 || base > 36 {
		s.fail("", "`int` takes a base from 2 to 36")
	}
	return int(base)
}

func (s *state) truncated(f float64) int64 {
	s.fits(math.Abs(f) < 1<<63)
	return int64(f)
}

func floatFilter(s *state, v any, a args) any {
	p := s.bind("float", a, 0, "default")
	s.defined(v)
	if f, ok := pyFloatOf(v); ok {
		return f
	}
	if p[0] == (absent{}) {
		return 0.0
	}
	return p[0]
}

func round(s *state, v any, a args) any {
	p := s.bind("round", a, 0, "precision", "method")
	s.defined(v)
	f, ok := number(v)
	if !ok {
		s.fail("", "`round` needs a number, found %s", typeName(v))
	}
	precision := or(s, p[0], int64(0))
	switch or(s, p[1], "common") {
	case "common":
		if n, ok := whole(v); ok {
			return s.roundWhole(n, precision)
		}
		return s.roundFloat(f, precision)
	case "ceil":
		return s.roundTo(v, f, precision, math.Ceil)
	case "floor":
		return s.roundTo(v, f, precision, math.Floor)
	}
	s.fail("", "the method of `round` is common, ceil or floor")
	return nil
}

// roundWhole rounds half to even, before the point.
func (s *state) roundWhole(n, precision int64) any {
	if precision >= 0 {
		return n
	}
	if precision < -18 {
		s.fail("", "`round` to more than 18 digits before the point is not supported")
	}
	unit := int64(1)
	for range -precision {
		unit *= 10
	}
	rest := n % unit
	if rest < 0 {
		rest += unit
	}
	down := s.minus(n, rest)
	if rest*2 > unit || rest*2 == unit && (down/unit)%2 != 0 {
		return s.minus(down, -unit)
	}
	return down
}

func (s *state) roundFloat(f float64, precision int64) any {
	if precision < 0 || precision > 300 {
		s.fail("", "`round` of such a number to %d digits is not supported", precision)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', int(precision), 64), 64)
	if err != nil {
		return f
	}
	return rounded
}

// roundTo is func(value * 10**precision) / 10**precision.
func (s *state) roundTo(v any, f float64, precision int64, method func(float64) float64) any {
	unit, _ := number(s.arithmetic("**", int64(10), precision))
	if _, isWhole := whole(v); isWhole && precision >= 0 {
		return s.arithmetic("/", s.arithmetic("*", v, s.arithmetic("**", int64(10), precision)), s.arithmetic("**", int64(10), precision))
	}
	scaled := method(f * unit)
	s.fits(math.Abs(scaled) < 1<<53)
	return scaled / unit
}

func filesize(s *state, v any, a args) any {
	p := s.bind("filesizeformat", a, 0, "binary")
	s.defined(v)
	bytes, ok := pyFloatOf(v)
	if !ok {
		s.fail("", "`filesizeformat` needs a number, found %s", typeName(v))
	}
	base, units := 1000.0, []string{"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"}
	if or(s, p[0], false) {
		base, units = 1024, []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}
	}
	switch {
	case bytes == 1:
		return "1 Byte"
	case bytes < base:
		return fmt.Sprintf("%d Bytes", int64(bytes))
	}
	unit := base
	for i, name := range units {
		unit *= base
		if bytes < unit || i == len(units)-1 {
			return fmt.Sprintf("%.1f %s", base*bytes/unit, name)
		}
	}
	return nil
}
