package jinja

// tests are Jinja2's own, without `filter` and `test`, which ask for the language.
var tests = map[string]testFunc{
	"boolean":     ofType(func(v any) bool { _, ok := v.(bool); return ok }),
	"callable":    ofType(isCallable),
	"defined":     ofType(func(v any) bool { return !isUndefined(v) }),
	"escaped":     ofType(func(v any) bool { _, ok := v.(markup); return ok }),
	"false":       ofType(func(v any) bool { return v == false }),
	"float":       ofType(func(v any) bool { _, ok := v.(float64); return ok }),
	"integer":     ofType(func(v any) bool { _, ok := v.(int64); return ok }),
	"iterable":    ofType(isIterable),
	"mapping":     ofType(func(v any) bool { _, ok := v.(*dict); return ok }),
	"none":        ofType(func(v any) bool { return v == nil }),
	"number":      ofType(func(v any) bool { _, ok := number(v); return ok }),
	"sequence":    ofType(isSequence),
	"string":      ofType(func(v any) bool { _, ok := plain(v); return ok }),
	"true":        ofType(func(v any) bool { return v == true }),
	"undefined":   ofType(isUndefined),
	"lower":       func(s *state, v any, a args) bool { s.bind("lower", a, 0); return isLower(s.str(v)) },
	"upper":       func(s *state, v any, a args) bool { s.bind("upper", a, 0); return isUpper(s.str(v)) },
	"odd":         func(s *state, v any, a args) bool { return remainder(s, "odd", v, a, int64(2), int64(1)) },
	"even":        func(s *state, v any, a args) bool { return remainder(s, "even", v, a, int64(2), int64(0)) },
	"divisibleby": divisible,
	"sameas":      same,
	"in":          func(s *state, v any, a args) bool { return s.contains(s.bind("in", a, 1, "seq")[0], v) },
	"==":          comparing("=="), "eq": comparing("=="), "equalto": comparing("=="),
	"!=": comparing("!="), "ne": comparing("!="),
	"<": comparing("<"), "lt": comparing("<"), "lessthan": comparing("<"),
	"<=": comparing("<="), "le": comparing("<="),
	">": comparing(">"), "gt": comparing(">"), "greaterthan": comparing(">"),
	">=": comparing(">="), "ge": comparing(">="),
}

// comparing makes a test of an operator.
func comparing(op string) testFunc {
	return func(s *state, v any, a args) bool {
		return s.compare(op, v, s.bind(op, a, 1, "other")[0])
	}
}

// ofType makes a test without arguments.
func ofType(holds func(any) bool) testFunc {
	return func(s *state, v any, a args) bool {
		s.bind("the test", a, 0)
		return holds(v)
	}
}

func isCallable(v any) bool {
	switch v.(type) {
	case *function, *loop, undefined:
		return true
	}
	return false
}

func isIterable(v any) bool {
	switch v.(type) {
	case string, markup, *list, tuple, *dict, numbers, *view, *iterator, undefined, *loop:
		return true
	}
	return false
}

func isSequence(v any) bool {
	switch v.(type) {
	case string, markup, *list, tuple, *dict, numbers, undefined:
		return true
	}
	return false
}

func remainder(s *state, name string, v any, a args, by, is any) bool {
	s.bind(name, a, 0)
	return s.equal(s.arithmetic("%", v, by), is)
}

func divisible(s *state, v any, a args) bool {
	by := s.bind("divisibleby", a, 1, "num")[0]
	return s.equal(s.arithmetic("%", v, by), int64(0))
}

// same is Python's identity. Whether equal numbers or strings are one object is
// Python's secret.
func same(s *state, v any, a args) bool {
	other := s.bind("sameas", a, 1, "other")[0]
	if typeName(v) != typeName(other) {
		return false
	}
	switch v.(type) {
	case int64, float64, string, markup, tuple, numbers, *view, *function:
		s.fail("compare with `==`", "`sameas` is not supported for %s: it asks for the same object, not for an equal one", typeName(v))
	case undefined:
		return false
	}
	return v == other
}
