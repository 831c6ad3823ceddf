package driver

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// checker compares JSON-compatible values with a Go type's JSON form. It
// returns the part that fits, so that one wrong field hides no other problem.
type checker struct {
	report  reporter
	source  *source
	invalid invalid
}

// known lists fields that are legal but that no Go type models, by the name of the type.
var known = map[string][]string{
	// Upstream's prompts have an undocumented shape.
	"Action": {"prompts"},
	"Chart":  {"values"},
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// fit returns what of the value fits the type.
func (c *checker) fit(v any, t reflect.Type, path string) any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if v == nil {
		return nil
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return c.unmarshaled(v, t, path)
	}
	switch t.Kind() {
	case reflect.Struct:
		return c.object(v, t, path)
	case reflect.Map:
		return c.mapping(v, t, path)
	case reflect.Slice:
		return c.list(v, t, path)
	case reflect.String:
		return c.text(v, path)
	case reflect.Bool:
		return expect[bool](c, v, path, "true or false")
	case reflect.Int, reflect.Int32, reflect.Int64:
		return c.integer(v, t, path)
	}
	return v
}

func (c *checker) object(v any, t reflect.Type, path string) any {
	in, ok := v.(map[string]any)
	if !ok {
		return c.wrong(v, path, "a mapping", map[string]any{})
	}
	fields := fieldsOf(t)
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		field, ok := fields[name]
		if !ok {
			c.unknown(in, name, t, fields, path)
			continue
		}
		if fitted := c.fit(in[name], field.Type, diagnostic.Field(path, name)); fitted != nil {
			out[name] = fitted
		}
	}
	return out
}

func (c *checker) mapping(v any, t reflect.Type, path string) any {
	in, ok := v.(map[string]any)
	if !ok {
		return c.wrong(v, path, "a mapping", nil)
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if len(name) > maxKey {
			c.report.add(diagnostic.Diagnostic{
				Position: c.source.value(path), Rule: "type", Path: path,
				Message: fmt.Sprintf("%s has a key longer than %d bytes", path, maxKey),
			})
			continue
		}
		field := diagnostic.Field(path, name)
		if in[name] == nil {
			c.nothing(t.Elem(), field)
			continue
		}
		if fitted := c.fit(in[name], t.Elem(), field); fitted != nil {
			out[name] = fitted
		}
	}
	return out
}

func (c *checker) list(v any, t reflect.Type, path string) any {
	in, ok := v.([]any)
	if !ok {
		return c.wrong(v, path, "a list", nil)
	}
	out := make([]any, len(in))
	for i, item := range in {
		field := diagnostic.Index(path, i)
		if item == nil {
			c.wrong(nil, field, expected(t.Elem()), nil)
			continue
		}
		out[i] = c.fit(item, t.Elem(), field)
	}
	return out
}

func (c *checker) integer(v any, t reflect.Type, path string) any {
	n, ok := v.(int64)
	if !ok || reflect.Zero(t).OverflowInt(n) {
		return c.wrong(v, path, "a whole number", nil)
	}
	return n
}

func (c *checker) text(v any, path string) any {
	if s, ok := v.(string); ok {
		c.ambiguous(s, path)
	}
	return expect[string](c, v, path, "a string")
}

// unmarshaled checks a value whose type reads its JSON form itself.
func (c *checker) unmarshaled(v any, t reflect.Type, path string) any {
	if err := decode(v, reflect.New(t).Interface()); err != nil {
		return c.wrong(v, path, expected(t), nil)
	}
	return v
}

func expect[T any](c *checker, v any, path, want string) any {
	if _, ok := v.(T); !ok {
		return c.wrong(v, path, want, nil)
	}
	return v
}

// unknown reports a field that the type does not have. A near miss of a
// required field that is absent is an error, and the only one about that field.
func (c *checker) unknown(in map[string]any, name string, t reflect.Type, fields map[string]field, path string) {
	if slices.Contains(known[t.Name()], name) || c.report.full("unknown-field") {
		return
	}
	full := diagnostic.Field(path, name)
	where := "the top level"
	if path != "" {
		where = path
	}
	d := diagnostic.Diagnostic{
		Position: c.source.key(full), Severity: diagnostic.Warning, Rule: "unknown-field", Path: full,
		Message: fmt.Sprintf("%s has no field %q", where, name),
		Help:    "remove it, unless a newer Styrmin knows it; it is stored and otherwise ignored",
	}
	if near := diagnostic.Nearest(name, slices.Collect(maps.Keys(fields))); near != "" {
		d.Help = fmt.Sprintf("did you mean %q?", near)
		if in[near] == nil && fields[near].required {
			d.Severity = diagnostic.Error
			c.invalid.add(diagnostic.Field(path, near))
		}
	}
	c.report.add(d)
}

// field is one field of a struct's JSON form.
type field struct {
	reflect.Type
	required bool
}

// fieldsByType has the fields of every type that was asked for.
var fieldsByType sync.Map

// fieldsOf lists the fields of a struct's JSON form by name.
func fieldsOf(t reflect.Type) map[string]field {
	if known, ok := fieldsByType.Load(t); ok {
		return known.(map[string]field)
	}
	out := map[string]field{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case strings.Contains(options, "inline"):
			maps.Copy(out, fieldsOf(f.Type))
		default:
			out[name] = field{Type: f.Type, required: !strings.Contains(options, "omitempty")}
		}
	}
	fieldsByType.Store(t, out)
	return out
}
