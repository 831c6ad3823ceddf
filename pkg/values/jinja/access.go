package jinja

import "slices"

// attribute is OF.NAME: Python's attribute, else the item of that name.
func (s *state) attribute(of any, name string) any {
	s.defined(of)
	if v, ok := s.pythonAttribute(of, name); ok {
		return v
	}
	if v, ok := s.ownItem(of, name); ok {
		return v
	}
	return s.missing(of, name)
}

// item is OF[KEY]: the item, else Python's attribute of that name.
func (s *state) item(of, key any) any {
	s.defined(of)
	if v, ok := s.ownItem(of, key); ok {
		return v
	}
	if name, ok := plain(key); ok {
		if v, ok := s.pythonAttribute(of, name); ok {
			return v
		}
	}
	return s.missing(of, key)
}

// missing is what an attribute or item is that is not there.
func (s *state) missing(of, key any) undefined {
	if name, ok := plain(key); ok {
		return s.undefined("`%s` is undefined: %s has no %s", s.source.excerpt(s.at), typeName(of), s.named("field", name))
	}
	return s.undefined("`%s` is undefined: %s has no such item", s.source.excerpt(s.at), typeName(of))
}

// ownItem is the item under a key, without Python's attributes.
func (s *state) ownItem(of, key any) (any, bool) {
	if d, ok := of.(*dict); ok {
		k, ok := s.keyOf(key, 0)
		if !ok {
			return nil, false
		}
		return d.get(k)
	}
	i, ok := whole(key)
	if !ok {
		return nil, false
	}
	if n, ok := of.(numbers); ok {
		if i < 0 {
			i += n.length()
		}
		return n.at(i), i >= 0 && i < n.length()
	}
	if items, ok := sequence(of); ok {
		at, ok := within(i, len(items))
		if !ok {
			return nil, false
		}
		return items[at], true
	}
	text, ok := plain(of)
	if !ok {
		return nil, false
	}
	s.charge(len(text))
	runes := []rune(text)
	at, ok := within(i, len(runes))
	if !ok {
		return nil, false
	}
	return like(of, string(runes[at])), true
}

// within is Python's index, which counts from the end when negative.
func within(i int64, length int) (int, bool) {
	if i < 0 {
		i += int64(length)
	}
	return int(i), i >= 0 && i < int64(length)
}

// like makes a text of the other's type: what comes from markup is markup.
func like(of any, text string) any {
	if _, ok := of.(markup); ok {
		return markup(text)
	}
	return text
}

// pythonAttribute is an attribute that Python's type of the value has.
func (s *state) pythonAttribute(of any, name string) (any, bool) {
	if len(name) > 4 && name[:2] == "__" && name[len(name)-2:] == "__" {
		s.fail("", "the attribute `%s` is not available", name)
	}
	switch of := of.(type) {
	case *loop:
		return of.attribute(s, name)
	case *namespace:
		return of.attributes.text(name)
	case *cycler:
		return of.attribute(name)
	case tuple:
		if i := slices.Index([]string{"grouper", "list"}, name); i >= 0 && of.isGroup {
			return of.items[i], true
		}
	}
	if call, ok := methodOf(of, name); ok {
		return &function{name, func(s *state, a args) any { return call(s, of, a) }}, true
	}
	if slices.Contains(otherAttributes(of), name) {
		s.fail("", "`%s` of %s is not supported", name, typeName(of))
	}
	return nil, false
}

// slice is OF[START:STOP:STEP]; absent bounds are nil.
func (s *state) slice(of any, bounds [3]any) any {
	s.defined(of)
	for _, b := range bounds {
		if _, ok := whole(b); !ok && b != nil {
			s.defined(b)
			s.fail("", "a slice is from one whole number to another, found %s", typeName(b))
		}
	}
	switch of := of.(type) {
	case string, markup:
		text, _ := plain(of)
		s.charge(len(text))
		runes := []rune(text)
		return like(of, string(pick(s, runes, bounds)))
	case *list:
		s.charge(len(of.items) * itemSize)
		return &list{pick(s, of.items, bounds)}
	case tuple:
		s.charge(len(of.items) * itemSize)
		return tupleOf(pick(s, of.items, bounds)...)
	case numbers:
		s.fail("add `| list` to slice its items", "a slice of a range is not supported")
	}
	s.fail("", "%s cannot be sliced", typeName(of))
	return nil
}

// pick takes the items of a slice, as Python counts them.
func pick[T any](s *state, items []T, bounds [3]any) []T {
	step := int64(1)
	if bounds[2] != nil {
		step, _ = whole(bounds[2])
	}
	if step == 0 {
		s.fail("", "the step of a slice is zero")
	}
	length := int64(len(items))
	low, high := int64(0), length
	if step < 0 {
		low, high = -1, length-1
	}
	bound := func(v any, otherwise int64) int64 {
		i, ok := whole(v)
		if !ok {
			return otherwise
		}
		if i < 0 {
			i += length
		}
		return min(max(i, low), high)
	}
	start, stop := bound(bounds[0], low), bound(bounds[1], high)
	if step < 0 {
		start, stop = bound(bounds[0], high), bound(bounds[1], low)
	}
	out := []T{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		out = append(out, items[i])
		if step > length || step < -length {
			break
		}
	}
	return out
}
