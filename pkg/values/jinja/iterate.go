package jinja

// iterate yields a value's items, as a Python for loop does.
func (s *state) iterate(v any) func() (any, bool) {
	switch v := v.(type) {
	case undefined:
		return each(nil)
	case *list:
		return s.each(func() int { return len(v.items) }, func(i int) any { return v.items[i] })
	case tuple:
		return s.each(func() int { return len(v.items) }, func(i int) any { return v.items[i] })
	case *dict:
		return s.entries(v, func(e entry) any { return e.key })
	case *view:
		return s.entries(v.of, v.pick)
	case numbers:
		return s.each(func() int { return int(v.length()) }, func(i int) any { return v.at(int64(i)) })
	case *iterator:
		return v.next
	case string, markup:
		text, _ := plain(v)
		s.charge(len(text))
		runes := []rune(text)
		return s.each(func() int { return len(runes) }, func(i int) any { return string(runes[i]) })
	}
	s.fail("", "%s has no items to go through", typeName(v))
	return nil
}

// each yields by index; a list may grow meanwhile.
func (s *state) each(length func() int, at func(int) any) func() (any, bool) {
	i := 0
	return func() (any, bool) {
		if i >= length() {
			return nil, false
		}
		s.charge(0)
		i++
		return at(i - 1), true
	}
}

// entries yields what is picked of a dict's entries, which must not change in number.
func (s *state) entries(d *dict, pick func(entry) any) func() (any, bool) {
	length := len(d.entries)
	return s.each(func() int {
		if len(d.entries) != length {
			s.fail("", "a mapping changed while a loop went through it")
		}
		return length
	}, func(i int) any { return pick(d.entries[i]) })
}

// items are all items of a value.
func (s *state) items(v any) []any {
	items := []any{}
	for next := s.iterate(v); ; {
		item, ok := next()
		if !ok {
			return items
		}
		items = append(items, item)
	}
}

func (v *view) items() []any {
	out := make([]any, len(v.of.entries))
	for i, e := range v.of.entries {
		out[i] = v.pick(e)
	}
	return out
}

// size is Python's len(); not every value has one.
func (s *state) size(v any) (int64, bool) {
	switch v := v.(type) {
	case undefined:
		return 0, true
	case *list:
		return int64(len(v.items)), true
	case tuple:
		return int64(len(v.items)), true
	case *dict:
		return int64(len(v.entries)), true
	case *view:
		return int64(len(v.of.entries)), true
	case numbers:
		return v.length(), true
	case *loop:
		return v.count(), true
	case string, markup:
		text, _ := plain(v)
		s.charge(len(text))
		return int64(len([]rune(text))), true
	}
	return 0, false
}

// sizeOf is size for a value that must have one.
func (s *state) sizeOf(v any) int64 {
	n, ok := s.size(v)
	if !ok {
		help := ""
		if _, isIterator := v.(*iterator); isIterator {
			help = "add `| list` before"
		}
		s.fail(help, "%s has no length", typeName(v))
	}
	return n
}

// generate is an iterator over what a function yields.
func (s *state) generate(next func() (any, bool)) *iterator {
	return &iterator{next: func() (any, bool) {
		s.charge(0)
		return next()
	}}
}
