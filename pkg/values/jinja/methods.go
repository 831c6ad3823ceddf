package jinja

// method is a method of one of Python's types.
type method func(s *state, of any, a args) any

// methodOf finds a method of a value's type.
func methodOf(v any, name string) (m method, ok bool) {
	switch v.(type) {
	case string, markup:
		m, ok = textMethods[name]
	case *list:
		m, ok = listMethods[name]
	case tuple:
		m, ok = tupleMethods[name]
	case *dict:
		m, ok = dictMethods[name]
	case float64:
		m, ok = floatMethods[name]
	}
	return m, ok
}

// otherAttributes are those that Python's type has and this package has not.
func otherAttributes(v any) []string {
	switch v.(type) {
	case string:
		return []string{"encode", "format_map", "maketrans", "translate"}
	case markup:
		return []string{"encode", "escape", "format", "format_map", "maketrans", "striptags", "translate", "unescape"}
	case *list:
		return nil
	case *dict:
		return []string{"fromkeys"}
	case bool, int64:
		return []string{"as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "imag", "numerator", "real", "to_bytes"}
	case float64:
		return []string{"as_integer_ratio", "conjugate", "fromhex", "hex", "imag", "real"}
	case numbers:
		return []string{"count", "index", "start", "step", "stop"}
	case *view:
		return []string{"isdisjoint", "mapping"}
	case *iterator:
		return []string{"close", "gi_code", "gi_frame", "gi_running", "gi_suspended", "gi_yieldfrom", "send", "throw"}
	case *function:
		return []string{"arguments", "caller", "catch_kwargs", "catch_varargs", "explicit_caller", "name"}
	}
	return nil
}

// attributeNames are all names that Python's type of the value has.
func attributeNames(v any) []string {
	names := otherAttributes(v)
	switch v.(type) {
	case string:
		names = keysOf(textMethods, names)
	case *list:
		names = keysOf(listMethods, names)
	case *dict:
		names = keysOf(dictMethods, names)
	case float64:
		names = keysOf(floatMethods, names)
	}
	return names
}

func keysOf(methods map[string]method, more []string) []string {
	for name := range methods {
		more = append(more, name)
	}
	return more
}

var (
	textMethods = textMethodTable()
	dictMethods = map[string]method{
		"clear": dictClear, "copy": dictCopy, "get": dictGet, "items": viewOf("items", pairOf),
		"keys": viewOf("keys", func(e entry) any { return e.key }), "pop": dictPop, "popitem": dictPopItem,
		"setdefault": dictSetDefault, "update": dictUpdate, "values": viewOf("values", func(e entry) any { return e.value }),
	}
	listMethods = map[string]method{
		"append": listAppend, "clear": listClear, "copy": listCopy, "count": itemCount, "extend": listExtend,
		"index": itemIndex, "insert": listInsert, "pop": listPop, "remove": listRemove, "reverse": listReverse, "sort": listSort,
	}
	tupleMethods = map[string]method{"count": itemCount, "index": itemIndex}
	floatMethods = map[string]method{"is_integer": func(s *state, of any, a args) any {
		s.bind("is_integer", a, 0)
		return of.(float64) == float64(int64(of.(float64)))
	}}
)

func viewOf(kind string, pick func(entry) any) method {
	return func(s *state, of any, a args) any {
		s.bind(kind, a, 0)
		return &view{of: of.(*dict), pick: pick, kind: kind}
	}
}

func dictGet(s *state, of any, a args) any {
	p := s.bind("get", positionalOnly(s, "get", a), 1, "key", "default")
	if v, ok := of.(*dict).get(s.key(p[0])); ok {
		return v
	}
	return orNone(p[1])
}

// positionalOnly refuses named arguments, as Python's own methods do.
func positionalOnly(s *state, what string, a args) args {
	if len(a.named) > 0 {
		s.fail("", "`%s` takes no named arguments", what)
	}
	return a
}

func orNone(v any) any {
	if v == (absent{}) {
		return nil
	}
	return v
}

func dictCopy(s *state, of any, a args) any {
	s.bind("copy", a, 0)
	d := of.(*dict)
	s.room(itemSize, len(d.entries))
	return d.copy()
}

func dictClear(s *state, of any, a args) any {
	s.bind("clear", a, 0)
	*of.(*dict) = *newDict()
	return nil
}

func dictPop(s *state, of any, a args) any {
	p := s.bind("pop", positionalOnly(s, "pop", a), 1, "key", "default")
	d := of.(*dict)
	s.room(itemSize, len(d.entries))
	if v, ok := d.delete(s.key(p[0])); ok {
		return v
	}
	if p[1] == (absent{}) {
		s.fail("give `pop` a default", "the mapping has no such key to remove")
	}
	return p[1]
}

func dictPopItem(s *state, of any, a args) any {
	s.bind("popitem", a, 0)
	d := of.(*dict)
	if len(d.entries) == 0 {
		s.fail("", "`popitem` of an empty mapping")
	}
	e := d.entries[len(d.entries)-1]
	d.delete(s.key(e.key))
	return pairOf(e)
}

func dictSetDefault(s *state, of any, a args) any {
	p := s.bind("setdefault", positionalOnly(s, "setdefault", a), 1, "key", "default")
	d, key := of.(*dict), s.key(p[0])
	if v, ok := d.get(key); ok {
		return v
	}
	d.set(key, p[0], orNone(p[1]))
	return orNone(p[1])
}

func dictUpdate(s *state, of any, a args) any {
	s.update(of.(*dict), "update", a)
	return nil
}

// update is what dict() and dict.update() do with their arguments.
func (s *state) update(d *dict, what string, a args) {
	if len(a.positional) > 1 {
		s.fail("", "`%s` takes at most 1 argument, found %d", what, len(a.positional))
	}
	for _, from := range a.positional {
		if other, ok := from.(*dict); ok {
			from = &view{of: other, pick: pairOf}
		}
		for _, pair := range s.items(from) {
			two := s.items(pair)
			if len(two) != 2 {
				s.fail("", "`%s` needs a mapping or pairs of a key and a value", what)
			}
			d.set(s.key(two[0]), two[0], two[1])
		}
	}
	for i, name := range a.names {
		d.setText(name, a.named[i])
	}
}

func listAppend(s *state, of any, a args) any {
	p := s.bind("append", positionalOnly(s, "append", a), 1, "item")
	l := of.(*list)
	s.room(itemSize, 1)
	l.items = append(l.items, p[0])
	return nil
}

func listClear(s *state, of any, a args) any {
	s.bind("clear", a, 0)
	of.(*list).items = nil
	return nil
}

func listCopy(s *state, of any, a args) any {
	s.bind("copy", a, 0)
	return &list{s.items(of)}
}

func listExtend(s *state, of any, a args) any {
	p := s.bind("extend", positionalOnly(s, "extend", a), 1, "items")
	l := of.(*list)
	more := []any{}
	if p[0] == of {
		more = append(more, l.items...)
	} else {
		more = s.items(p[0])
	}
	s.room(itemSize, len(more))
	l.items = append(l.items, more...)
	return nil
}

func listInsert(s *state, of any, a args) any {
	p := s.bind("insert", positionalOnly(s, "insert", a), 2, "index", "item")
	l, i := of.(*list), as[int64](s, p[0])
	length := int64(len(l.items))
	s.room(itemSize, len(l.items))
	if i < 0 {
		i += length
	}
	at := int(min(max(i, 0), length))
	l.items = append(l.items, nil)
	copy(l.items[at+1:], l.items[at:])
	l.items[at] = p[1]
	return nil
}

func listPop(s *state, of any, a args) any {
	p := s.bind("pop", positionalOnly(s, "pop", a), 0, "index")
	l := of.(*list)
	s.room(itemSize, len(l.items))
	at, ok := within(or(s, p[0], int64(-1)), len(l.items))
	if !ok {
		s.fail("", "`pop` of an item that is not in the list")
	}
	item := l.items[at]
	l.items = append(l.items[:at:at], l.items[at+1:]...)
	return item
}

func listRemove(s *state, of any, a args) any {
	p := s.bind("remove", positionalOnly(s, "remove", a), 1, "item")
	l := of.(*list)
	s.room(itemSize, len(l.items))
	at := s.indexOf(l.items, p[0])
	if at < 0 {
		s.fail("", "`remove` of an item that is not in the list")
	}
	l.items = append(l.items[:at:at], l.items[at+1:]...)
	return nil
}

func (s *state) indexOf(items []any, item any) int {
	for i := range items {
		if s.equal(items[i], item) {
			return i
		}
	}
	return -1
}

func listReverse(s *state, of any, a args) any {
	s.bind("reverse", a, 0)
	l := of.(*list)
	s.room(itemSize, len(l.items))
	for i, j := 0, len(l.items)-1; i < j; i, j = i+1, j-1 {
		l.items[i], l.items[j] = l.items[j], l.items[i]
	}
	return nil
}

func listSort(s *state, of any, a args) any {
	p := s.bind("sort", a, 0, "key", "reverse")
	if given(p[0]) || len(a.positional) > 0 {
		s.fail("use the filter `sort`", "`sort` with a key is not supported")
	}
	l := of.(*list)
	l.items = s.sorted(l.items, func(item any) any { return item }, or(s, p[1], false))
	return nil
}

func itemCount(s *state, of any, a args) any {
	p := s.bind("count", positionalOnly(s, "count", a), 1, "item")
	items, _ := sequence(of)
	n := int64(0)
	for _, item := range items {
		if s.equal(item, p[0]) {
			n++
		}
	}
	return n
}

func itemIndex(s *state, of any, a args) any {
	p := s.bind("index", positionalOnly(s, "index", a), 1, "item")
	items, _ := sequence(of)
	at := s.indexOf(items, p[0])
	if at < 0 {
		s.fail("", "`index` of an item that is not in the list")
	}
	return int64(at)
}
