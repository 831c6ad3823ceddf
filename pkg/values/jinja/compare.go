package jinja

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// truth is Python's bool().
func truth(v any) bool {
	switch v := v.(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case markup:
		return v != ""
	case *list:
		return len(v.items) > 0
	case tuple:
		return len(v.items) > 0
	case *dict:
		return len(v.entries) > 0
	case numbers:
		return v.length() > 0
	case *view:
		return len(v.of.entries) > 0
	}
	return true
}

// equal is Python's ==.
func (s *state) equal(a, b any) bool { return s.equalAt(a, b, 0) }

func (s *state) equalAt(a, b any, depth int) bool {
	depth = s.deeper(depth)
	s.charge(1)
	switch x := a.(type) {
	case bool, int64, float64:
		return equalNumbers(a, b)
	case string, markup:
		return s.equalText(a, b)
	case undefined:
		_, ok := b.(undefined)
		return ok
	case *list:
		y, ok := b.(*list)
		return ok && s.equalItems(x.items, y.items, depth)
	case tuple:
		y, ok := b.(tuple)
		return ok && s.equalItems(x.items, y.items, depth)
	case *dict:
		y, ok := b.(*dict)
		return ok && s.equalDicts(x, y, depth)
	case numbers:
		y, ok := b.(numbers)
		return ok && x.same(y)
	case *view:
		s.fail("compare lists: add `| list`", "views of a mapping cannot be compared here")
	case *function:
		s.fail("", "functions cannot be compared")
	}
	return a == b
}

func equalNumbers(a, b any) bool {
	_, ok := number(b)
	return ok && !nan(a, b) && compareNumbers(a, b) == 0
}

func (s *state) equalText(a, b any) bool {
	x, _ := plain(a)
	y, ok := plain(b)
	s.charge(min(len(x), len(y)))
	return ok && x == y
}

func (s *state) equalItems(a, b []any, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !s.equalAt(a[i], b[i], depth) {
			return false
		}
	}
	return true
}

func (s *state) equalDicts(a, b *dict, depth int) bool {
	if len(a.entries) != len(b.entries) {
		return false
	}
	for key, i := range a.index {
		other, ok := b.get(key)
		if !ok || !s.equalAt(a.entries[i].value, other, depth) {
			return false
		}
	}
	return true
}

// same compares ranges by what they hold.
func (n numbers) same(m numbers) bool {
	length := n.length()
	if length != m.length() {
		return false
	}
	return length == 0 || n.start == m.start && (length == 1 || n.step == m.step)
}

// compareNumbers orders ints, bools and floats exactly.
func compareNumbers(a, b any) int {
	x, isWhole := whole(a)
	y, alsoWhole := whole(b)
	if isWhole && alsoWhole {
		return cmp.Compare(x, y)
	}
	f, _ := number(a)
	g, _ := number(b)
	switch {
	case isWhole && !math.IsInf(g, 0) && !math.IsNaN(g):
		return new(big.Float).SetInt64(x).Cmp(big.NewFloat(g))
	case alsoWhole && !math.IsInf(f, 0) && !math.IsNaN(f):
		return big.NewFloat(f).Cmp(new(big.Float).SetInt64(y))
	}
	return cmp.Compare(f, g)
}

// order is Python's < as -1, 0 and 1; op is for the message.
func (s *state) order(op string, a, b any) int {
	s.charge(1)
	s.defined(a, b)
	if _, ok := number(a); ok {
		if _, ok := number(b); ok {
			return compareNumbers(a, b)
		}
	}
	if x, ok := plain(a); ok {
		if y, ok := plain(b); ok {
			s.charge(min(len(x), len(y)))
			return strings.Compare(x, y)
		}
	}
	x, isList := a.(*list)
	y, alsoList := b.(*list)
	if isList && alsoList {
		return s.orderItems(op, x.items, y.items)
	}
	t, isTuple := a.(tuple)
	u, alsoTuple := b.(tuple)
	if isTuple && alsoTuple {
		return s.orderItems(op, t.items, u.items)
	}
	s.fail("", "%s and %s cannot be ordered by `%s`", typeName(a), typeName(b), op)
	return 0
}

func (s *state) orderItems(op string, a, b []any) int {
	for i := range min(len(a), len(b)) {
		if !s.equal(a[i], b[i]) {
			return s.order(op, a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// nan reports whether either is no number at all, for which every comparison is false.
func nan(a, b any) bool {
	f, _ := number(a)
	g, _ := number(b)
	return math.IsNaN(f) || math.IsNaN(g)
}

// compare applies one operator of a comparison.
func (s *state) compare(op string, a, b any) bool {
	switch op {
	case "==":
		return s.equal(a, b)
	case "!=":
		return !s.equal(a, b)
	case "in":
		return s.contains(b, a)
	case "not in":
		return !s.contains(b, a)
	}
	order := s.order(op, a, b)
	if nan(a, b) {
		return false
	}
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// contains is Python's `item in container`.
func (s *state) contains(container, item any) bool {
	if all, ok := plain(container); ok {
		s.defined(item)
		part, ok := plain(item)
		if !ok {
			s.fail("", "only a string can be `in` a string, found %s", typeName(item))
		}
		s.charge(len(all))
		return strings.Contains(all, part)
	}
	if d, ok := container.(*dict); ok {
		_, found := d.get(s.key(item))
		return found
	}
	if v, ok := container.(*view); ok && v.kind == "keys" {
		_, found := v.of.get(s.key(item))
		return found
	}
	next := s.iterate(container)
	for {
		candidate, ok := next()
		if !ok {
			return false
		}
		if s.equal(candidate, item) {
			return true
		}
	}
}

// key is keyOf for a value that must be one.
func (s *state) key(v any) string {
	key, ok := s.keyOf(v, 0)
	if !ok {
		s.fail("", "%s cannot be a mapping's key", typeName(v))
	}
	return key
}

// keyOf is what tells a value from others as a mapping's key: equal values have
// equal keys. Lists and mappings have none.
func (s *state) keyOf(v any, depth int) (key string, ok bool) {
	depth = s.deeper(depth)
	s.charge(0)
	if n, ok := whole(v); ok {
		return "i" + strconv.FormatInt(n, 10), true
	}
	switch v := v.(type) {
	case nil:
		return "n", true
	case undefined:
		return "u", true
	case string:
		return textKey(v), true
	case markup:
		return textKey(string(v)), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<63 {
			return "i" + strconv.FormatInt(int64(v), 10), true
		}
		return "f" + strconv.FormatUint(math.Float64bits(v), 16), true
	case tuple:
		key = "t"
		for _, item := range v.items {
			part, ok := s.keyOf(item, depth)
			if !ok {
				return "", false
			}
			key += strconv.Itoa(len(part)) + ":" + part
			s.charge(len(key))
		}
		return key, true
	}
	return "", false
}
