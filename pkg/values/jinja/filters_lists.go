package jinja

import (
	"slices"
	"strconv"
	"strings"
)

// getter reads an attribute such as "a.b.0" of an item; none reads the item
// itself. What is undefined on the way is the fallback, when one is given.
func (s *state) getter(attribute, fallback any) func(any) any {
	parts := attributeParts(attribute)
	return func(item any) any {
		for _, part := range parts {
			item = s.item(item, part)
			if isUndefined(item) && given(fallback) {
				item = fallback
			}
		}
		return item
	}
}

func attributeParts(attribute any) (parts []any) {
	text, ok := plain(attribute)
	switch {
	case !given(attribute):
		return nil
	case !ok:
		return []any{attribute}
	}
	for _, part := range strings.Split(text, ".") {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil && isDecimal(part) {
			parts = append(parts, n)
			continue
		}
		parts = append(parts, part)
	}
	return parts
}

func isUndefined(v any) bool {
	_, ok := v.(undefined)
	return ok
}

// folding reads without regard to case, unless told to regard it.
func (s *state) folding(get func(any) any, caseSensitive any) func(any) any {
	if or(s, caseSensitive, false) {
		return get
	}
	return func(item any) any { return foldCase(get(item)) }
}

func foldCase(v any) any {
	if text, ok := plain(v); ok {
		return like(v, lower(text))
	}
	return v
}

// sorted sorts by a key, stably.
func (s *state) sorted(items []any, key func(any) any, reverse bool) []any {
	type keyed struct{ key, item any }
	all := make([]keyed, len(items))
	for i, item := range items {
		all[i] = keyed{key(item), item}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		if reverse {
			return s.order("<", b.key, a.key)
		}
		return s.order("<", a.key, b.key)
	})
	out := make([]any, len(items))
	for i := range all {
		out[i] = all[i].item
	}
	return out
}

func sortFilter(s *state, v any, a args) any {
	p := s.bind("sort", a, 0, "reverse", "case_sensitive", "attribute")
	attributes := []any{p[2]}
	if text, ok := plain(p[2]); ok {
		attributes = nil
		for _, part := range strings.Split(text, ",") {
			attributes = append(attributes, part)
		}
	}
	key := func(item any) any {
		keys := make([]any, len(attributes))
		for i, attribute := range attributes {
			keys[i] = s.folding(s.getter(attribute, nil), p[1])(item)
		}
		return &list{keys}
	}
	return &list{s.sorted(s.items(v), key, or(s, p[0], false))}
}

func dictsort(s *state, v any, a args) any {
	p := s.bind("dictsort", a, 0, "case_sensitive", "by", "reverse")
	d, ok := v.(*dict)
	if !ok {
		s.defined(v)
		s.fail("", "`dictsort` needs a mapping, found %s", typeName(v))
	}
	position := slices.Index([]string{"key", "value"}, or(s, p[1], "key"))
	if position < 0 {
		s.fail("", "`dictsort` sorts by \"key\" or by \"value\"")
	}
	key := s.folding(func(pair any) any { return pair.(tuple).items[position] }, p[0])
	return &list{s.sorted((&view{of: d, pick: pairOf}).items(), key, or(s, p[2], false))}
}

func pairOf(e entry) any { return tupleOf(e.key, e.value) }

func unique(s *state, v any, a args) any {
	p := s.bind("unique", a, 0, "case_sensitive", "attribute")
	key := s.folding(s.getter(p[1], nil), p[0])
	next, seen := s.iterate(v), map[string]bool{}
	return s.generate(func() (any, bool) {
		for {
			item, ok := next()
			if !ok {
				return nil, false
			}
			if k := s.key(key(item)); !seen[k] {
				seen[k] = true
				return item, true
			}
		}
	})
}

func smallest(s *state, v any, a args) any { return s.extreme("min", v, a, -1) }

func largest(s *state, v any, a args) any { return s.extreme("max", v, a, 1) }

func (s *state) extreme(name string, v any, a args, sign int) any {
	p := s.bind(name, a, 0, "case_sensitive", "attribute")
	key := s.folding(s.getter(p[1], nil), p[0])
	items := s.items(v)
	if len(items) == 0 {
		return s.undefined("`%s` is undefined: there are no items", s.source.excerpt(s.at))
	}
	best, bestKey := items[0], key(items[0])
	for _, item := range items[1:] {
		k := key(item)
		if s.order("<", k, bestKey)*sign > 0 {
			best, bestKey = item, k
		}
	}
	return best
}

func groupby(s *state, v any, a args) any {
	p := s.bind("groupby", a, 1, "attribute", "default", "case_sensitive")
	get := s.getter(p[0], p[1])
	key := s.folding(get, p[2])
	out := &list{}
	var last any
	for i, item := range s.sorted(s.items(v), key, false) {
		if k := key(item); i == 0 || !s.equal(k, last) {
			last = k
			out.items = append(out.items, tuple{[]any{get(item), &list{}}, true})
		}
		group := out.items[len(out.items)-1].(tuple).items[1].(*list)
		group.items = append(group.items, item)
	}
	return out
}

func first(s *state, v any, a args) any {
	s.bind("first", a, 0)
	if item, ok := s.iterate(v)(); ok {
		return item
	}
	return s.undefined("`%s` is undefined: there are no items", s.source.excerpt(s.at))
}

func last(s *state, v any, a args) any {
	s.bind("last", a, 0)
	items := s.backwards(v)
	if len(items) == 0 {
		return s.undefined("`%s` is undefined: there are no items", s.source.excerpt(s.at))
	}
	if text, ok := items[0].(string); ok {
		return like(v, text)
	}
	return items[0]
}

// backwards are the items of a value that has an order and a length.
func (s *state) backwards(v any) []any {
	if _, ok := v.(*iterator); ok {
		s.fail("add `| list` before", "an iterator has no last item")
	}
	items := slices.Clone(s.items(v))
	slices.Reverse(items)
	return items
}

func reverse(s *state, v any, a args) any {
	s.bind("reverse", a, 0)
	if text, ok := plain(v); ok {
		s.charge(len(text))
		runes := []rune(text)
		slices.Reverse(runes)
		return like(v, string(runes))
	}
	items := slices.Clone(s.items(v))
	slices.Reverse(items)
	if _, ok := v.(*iterator); ok {
		return &list{items}
	}
	return s.generate(each(items))
}

func join(s *state, v any, a args) any {
	p := s.bind("join", a, 0, "d", "attribute")
	get, separator := s.getter(p[1], nil), ""
	if p[0] != (absent{}) {
		separator = s.str(p[0])
	}
	var b strings.Builder
	next := s.iterate(v)
	for i := 0; ; i++ {
		item, ok := next()
		if !ok {
			return b.String()
		}
		if i > 0 {
			b.WriteString(separator)
		}
		text := s.str(get(item))
		s.charge(len(separator) + len(text))
		s.fitsText(b.Len() + len(text))
		b.WriteString(text)
	}
}

// fitsText fails when a text of that length may not be made.
func (s *state) fitsText(length int) {
	if length > maxText {
		s.fail("", "a text grows too large: more than %d MiB", maxText>>20)
	}
}

func mapFilter(s *state, v any, a args) any {
	if !truth(v) {
		return s.generate(each(nil))
	}
	f, next := s.mapping(a), s.iterate(v)
	return s.generate(func() (any, bool) {
		item, ok := next()
		if !ok {
			return nil, false
		}
		return f(item), true
	})
}

// mapping is what map does with an item: read an attribute, or apply a filter.
func (s *state) mapping(a args) func(any) any {
	if len(a.positional) > 0 {
		name := as[string](s, a.positional[0])
		given := args{positional: a.positional[1:], names: a.names, named: a.named}
		return func(item any) any { return s.filter(name, item, given) }
	}
	p := s.bind("map", a, 1, "attribute", "default")
	return s.getter(p[0], p[1])
}

// selecting makes select, reject, selectattr and rejectattr.
func selecting(byAttribute, keep bool) filterFunc {
	return func(s *state, v any, a args) any {
		if !truth(v) {
			return s.generate(each(nil))
		}
		get := func(item any) any { return item }
		if byAttribute {
			if len(a.positional) == 0 {
				s.fail("", "expected the name of an attribute")
			}
			get = s.getter(a.positional[0], nil)
			a.positional = a.positional[1:]
		}
		holds := truth
		if len(a.positional) > 0 {
			name := as[string](s, a.positional[0])
			given := args{positional: a.positional[1:], names: a.names, named: a.named}
			holds = func(item any) bool { return s.test(name, item, given) }
		}
		next := s.iterate(v)
		return s.generate(func() (any, bool) {
			for {
				item, ok := next()
				if !ok || holds(get(item)) == keep {
					return item, ok
				}
			}
		})
	}
}

func batch(s *state, v any, a args) any {
	p := s.bind("batch", a, 1, "linecount", "fill_with")
	size, next := as[int64](s, p[0]), s.iterate(v)
	done := false
	return s.generate(func() (any, bool) {
		out := &list{}
		for !done && (int64(len(out.items)) != size || len(out.items) == 0) {
			item, ok := next()
			if !ok {
				done = true
				break
			}
			out.items = append(out.items, item)
		}
		if len(out.items) == 0 {
			return nil, false
		}
		if missing := size - int64(len(out.items)); done && given(p[1]) && missing > 0 {
			out.items = append(out.items, slices.Repeat([]any{p[1]}, s.room(itemSize, int(min(missing, maxText))))...)
		}
		return out, true
	})
}

func sliceFilter(s *state, v any, a args) any {
	p := s.bind("slice", a, 1, "slices", "fill_with")
	count, items := as[int64](s, p[0]), s.items(v)
	s.notZero("slice", count == 0)
	each, extra := int64(len(items))/count, int64(len(items))%count
	n, start := int64(0), int64(0)
	return s.generate(func() (any, bool) {
		if n >= count {
			return nil, false
		}
		size := each
		if n < extra {
			size++
		}
		out := &list{slices.Clone(items[start : start+size])}
		if n >= extra && given(p[1]) {
			out.items = append(out.items, p[1])
		}
		start += size
		n++
		return out, true
	})
}

func itemsFilter(s *state, v any, a args) any {
	s.bind("items", a, 0)
	switch v := v.(type) {
	case undefined:
		return s.generate(each(nil))
	case *dict:
		return s.generate(s.entries(v, pairOf))
	}
	s.fail("", "`items` needs a mapping, found %s", typeName(v))
	return nil
}

func sum(s *state, v any, a args) any {
	p := s.bind("sum", a, 0, "attribute", "start")
	var total any = int64(0)
	if p[1] != (absent{}) {
		total = p[1]
	}
	if _, isText := plain(total); isText {
		s.fail("use `| join`", "`sum` does not join strings")
	}
	get := s.getter(p[0], nil)
	for _, item := range s.items(v) {
		total = s.arithmetic("+", total, get(item))
	}
	return total
}

func attr(s *state, v any, a args) any {
	p := s.bind("attr", a, 1, "name")
	name := as[string](s, p[0])
	s.defined(v)
	if found, ok := s.pythonAttribute(v, name); ok {
		return found
	}
	return s.missing(v, name)
}
