package jinja

import (
	"maps"
	"slices"
)

// The values of templates are nil (Python's None), bool, int64, float64,
// string, and the types below.
type (
	// markup is a string that is HTML already: what tojson and escape return.
	markup string
	list   struct{ items []any }
	// tuple has attributes when it is a group of groupby.
	tuple struct {
		items   []any
		isGroup bool
	}
	// numbers is range(start, stop, step).
	numbers struct{ start, stop, step int64 }
	// iterator yields every item once.
	iterator struct {
		next func() (any, bool)
	}
	// view is what keys(), values() and items() of a dict return.
	view struct {
		of   *dict
		pick func(entry) any
		kind string
	}
	// undefined is what is not there. It prints as nothing and cannot be used.
	undefined struct{ why string }
	// namespace holds attributes that can be assigned to.
	namespace struct{ attributes *dict }
	// function can be called.
	function struct {
		name string
		call func(*state, args) any
	}
)

// args are what a function, filter or test is given besides its operand.
type args struct {
	positional []any
	names      []string
	named      []any
}

type entry struct{ key, value any }

// dict is a mapping in the order of insertion.
type dict struct {
	index   map[string]int
	entries []entry
}

func tupleOf(items ...any) tuple { return tuple{items: items} }

func newDict() *dict { return &dict{index: map[string]int{}} }

func (d *dict) get(key string) (any, bool) {
	i, ok := d.index[key]
	if !ok {
		return nil, false
	}
	return d.entries[i].value, true
}

func (d *dict) set(key string, k, v any) {
	if i, ok := d.index[key]; ok {
		d.entries[i].value = v
		return
	}
	d.index[key] = len(d.entries)
	d.entries = append(d.entries, entry{k, v})
}

func (d *dict) delete(key string) (any, bool) {
	i, ok := d.index[key]
	if !ok {
		return nil, false
	}
	value := d.entries[i].value
	d.entries = slices.Delete(d.entries, i, i+1)
	delete(d.index, key)
	for k, at := range d.index {
		if at > i {
			d.index[k] = at - 1
		}
	}
	return value, true
}

func (d *dict) copy() *dict {
	return &dict{index: maps.Clone(d.index), entries: slices.Clone(d.entries)}
}

// text is the dict's value under a string.
func (d *dict) text(key string) (any, bool) { return d.get(textKey(key)) }

func (d *dict) setText(key string, value any) { d.set(textKey(key), key, value) }

func textKey(s string) string { return "s" + s }

// length is how many numbers there are.
func (n numbers) length() int64 {
	span, step := uint64(n.stop)-uint64(n.start), uint64(n.step)
	switch {
	case n.step > 0 && n.start < n.stop:
	case n.step < 0 && n.start > n.stop:
		span, step = -span, -step
	default:
		return 0
	}
	return int64((span-1)/step) + 1
}

func (n numbers) at(i int64) any { return n.start + i*n.step }

// fromGo copies JSON-compatible Go values; mappings come in the order of their keys.
func fromGo(v any) any {
	switch v := v.(type) {
	case map[string]any:
		d := newDict()
		for _, key := range slices.Sorted(maps.Keys(v)) {
			d.setText(key, fromGo(v[key]))
		}
		return d
	case []any:
		l := &list{items: make([]any, len(v))}
		for i := range v {
			l.items[i] = fromGo(v[i])
		}
		return l
	case int:
		return int64(v)
	}
	return v
}

// toGo copies a value into JSON-compatible Go values; what has none is nil.
func toGo(v any) any {
	switch v := v.(type) {
	case *dict:
		out := make(map[string]any, len(v.entries))
		for _, e := range v.entries {
			if key, ok := plain(e.key); ok {
				out[key] = toGo(e.value)
			}
		}
		return out
	case *list:
		return toGoList(v.items)
	case tuple:
		return toGoList(v.items)
	case markup:
		return string(v)
	case nil, bool, int64, float64, string:
		return v
	}
	return nil
}

func toGoList(items []any) []any {
	out := make([]any, len(items))
	for i := range items {
		out[i] = toGo(items[i])
	}
	return out
}

// plain is the text of a string or markup.
func plain(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case markup:
		return string(v), true
	}
	return "", false
}

// whole is the number of an int or bool, as Python counts them.
func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// number is the number of an int, bool or float.
func number(v any) (float64, bool) {
	if f, ok := v.(float64); ok {
		return f, true
	}
	n, ok := whole(v)
	return float64(n), ok
}

// sequence is the items of a list or tuple.
func sequence(v any) ([]any, bool) {
	switch v := v.(type) {
	case *list:
		return v.items, true
	case tuple:
		return v.items, true
	}
	return nil, false
}

// typeName is a value's type for a message.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "none"
	case bool:
		return "a boolean"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case string, markup:
		return "a string"
	case *list:
		return "a list"
	case tuple:
		return "a tuple"
	case *dict:
		return "a mapping"
	case numbers:
		return "a range"
	case *iterator:
		return "an iterator"
	case *view:
		return "a view of a mapping"
	case undefined:
		return "an undefined value"
	case *namespace:
		return "a namespace"
	case *loop:
		return "the variable `loop`"
	}
	return "a function"
}
