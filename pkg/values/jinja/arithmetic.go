package jinja

import (
	"math"
	"math/big"
	"slices"
	"strings"
)

const beyond = "numbers beyond 64 bits are not supported"

// arithmetic applies an operator as Python does.
func (s *state) arithmetic(op string, a, b any) any {
	s.defined(a, b)
	x, xWhole := whole(a)
	y, yWhole := whole(b)
	if xWhole && yWhole {
		return s.wholeArithmetic(op, x, y)
	}
	f, fNumber := number(a)
	g, gNumber := number(b)
	if fNumber && gNumber {
		return s.floatArithmetic(op, f, g)
	}
	var result any
	switch op {
	case "+":
		result = s.join(a, b)
	case "*":
		if yWhole {
			result = s.repeat(a, y)
		} else if xWhole {
			result = s.repeat(b, x)
		}
	case "%":
		if format, ok := plain(a); ok {
			result = s.percent(a, format, b)
		}
	}
	if result == nil {
		s.fail(arithmeticHelp(op, a, b), "`%s` cannot be applied to %s and %s", op, typeName(a), typeName(b))
	}
	return result
}

func arithmeticHelp(op string, a, b any) string {
	_, left := plain(a)
	_, right := plain(b)
	if op == "+" && (left || right) {
		return "`~` joins anything as text"
	}
	return ""
}

func (s *state) wholeArithmetic(op string, x, y int64) any {
	switch op {
	case "+":
		sum := x + y
		s.fits((sum > x) == (y > 0))
		return sum
	case "-":
		return s.minus(x, y)
	case "*":
		return s.times(x, y)
	case "**":
		return s.wholePower(x, y)
	}
	s.notZero(op, y == 0)
	if y == -1 && op != "/" {
		if op == "%" {
			return int64(0)
		}
		return s.minus(0, x)
	}
	switch op {
	case "/":
		f, _ := new(big.Rat).SetFrac64(x, y).Float64()
		if x == 0 && y < 0 {
			f = math.Copysign(0, -1)
		}
		return f
	case "//":
		q := x / y
		if x%y != 0 && (x < 0) != (y < 0) {
			q--
		}
		return q
	}
	r := x % y
	if r != 0 && (r < 0) != (y < 0) {
		r += y
	}
	return r
}

// fits fails when a result is beyond what can be represented.
func (s *state) fits(ok bool) {
	if !ok {
		s.fail("", "the result is too large: %s", beyond)
	}
}

func (s *state) notZero(op string, zero bool) {
	if zero {
		s.fail("", "the right side of `%s` is zero", op)
	}
}

func (s *state) minus(x, y int64) int64 {
	d := x - y
	s.fits((d < x) == (y > 0))
	return d
}

func (s *state) times(x, y int64) int64 {
	if x == 0 || y == 0 {
		return 0
	}
	p := x * y
	s.fits(p/y == x && !(x == -1 && y == math.MinInt64) && !(y == -1 && x == math.MinInt64))
	return p
}

func (s *state) wholePower(x, y int64) any {
	if y < 0 {
		s.notZero("**", x == 0)
		return power(float64(x), y)
	}
	result := int64(1)
	for base := x; y > 0; y >>= 1 {
		if y&1 == 1 {
			result = s.times(result, base)
		}
		if y > 1 {
			base = s.times(base, base)
		}
	}
	return result
}

func (s *state) floatArithmetic(op string, f, g float64) any {
	switch op {
	case "+":
		return f + g
	case "-":
		return f - g
	case "*":
		return f * g
	case "**":
		return s.floatPower(f, g)
	}
	s.notZero(op, g == 0)
	switch op {
	case "/":
		return f / g
	case "//":
		quotient, _ := divmod(f, g)
		return quotient
	}
	_, rest := divmod(f, g)
	return rest
}

func (s *state) floatPower(f, g float64) any {
	s.notZero("**", f == 0 && g < 0)
	if f < 0 && g != math.Trunc(g) && !math.IsInf(f, 0) {
		s.fail("", "the root of a negative number is not supported")
	}
	var p float64
	switch {
	case g == math.Trunc(g) && math.Abs(g) < 1<<53:
		p = power(f, int64(g))
	case g == 0.5:
		p = math.Sqrt(f)
	default:
		s.fail("", "a power with such a fraction is not supported: its last digit depends on the machine")
	}
	s.fits(!math.IsInf(p, 0) || math.IsInf(f, 0))
	return p
}

// power is correctly rounded, which math.Pow is not.
func power(f float64, n int64) float64 {
	const precision, largest = 256, 1100
	if math.IsInf(f, 0) || math.IsNaN(f) || n > largest || n < -largest {
		return math.Pow(f, float64(n))
	}
	exact := new(big.Float).SetPrec(precision).SetInt64(1)
	base := new(big.Float).SetPrec(precision).SetFloat64(f)
	for m := max(n, -n); m > 0; m >>= 1 {
		if m&1 == 1 {
			exact.Mul(exact, base)
		}
		base.Mul(base, base)
	}
	if n < 0 {
		exact.Quo(new(big.Float).SetPrec(precision).SetInt64(1), exact)
	}
	result, _ := exact.Float64()
	return result
}

// divmod is Python's quotient and rest of floats; the rest has g's sign.
func divmod(f, g float64) (quotient, rest float64) {
	rest = math.Mod(f, g)
	quotient = (f - rest) / g
	if rest == 0 {
		rest = math.Copysign(0, g)
	} else if (g < 0) != (rest < 0) {
		rest += g
		quotient--
	}
	if quotient == 0 {
		return math.Copysign(0, f/g), rest
	}
	floor := math.Floor(quotient)
	if quotient-floor > 0.5 {
		floor++
	}
	return floor, rest
}

// join is + of two strings, lists or tuples; nil when they are none.
func (s *state) join(a, b any) any {
	x, isText := plain(a)
	y, alsoText := plain(b)
	if isText && alsoText {
		s.room(1, len(x)+len(y))
		_, xSafe := a.(markup)
		_, ySafe := b.(markup)
		switch {
		case xSafe && !ySafe:
			return markup(x + escape(y))
		case ySafe && !xSafe:
			return markup(escape(x) + y)
		case xSafe:
			return markup(x + y)
		}
		return x + y
	}
	switch x := a.(type) {
	case *list:
		if y, ok := b.(*list); ok {
			s.room(itemSize, len(x.items)+len(y.items))
			return &list{slices.Concat(x.items, y.items)}
		}
	case tuple:
		if y, ok := b.(tuple); ok {
			s.room(itemSize, len(x.items)+len(y.items))
			return tupleOf(slices.Concat(x.items, y.items)...)
		}
	}
	return nil
}

// itemSize is what an item of a list counts as, in bytes.
const itemSize = 16

// repeat is * of a string, list or tuple; nil when it is none.
func (s *state) repeat(v any, times int64) any {
	count := int(max(0, min(times, maxText+1)))
	switch v := v.(type) {
	case string:
		return strings.Repeat(v, s.room(len(v), count))
	case markup:
		return markup(strings.Repeat(string(v), s.room(len(v), count)))
	case *list:
		return &list{slices.Repeat(v.items, s.room(len(v.items)*itemSize, count))}
	case tuple:
		return tupleOf(slices.Repeat(v.items, s.room(len(v.items)*itemSize, count))...)
	}
	return nil
}
