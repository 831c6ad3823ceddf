package jinja

import (
	"fmt"
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// absent stands for an argument that was not given.
type absent struct{}

// bind puts arguments in the order of the parameters, of which the first ones are required.
func (s *state) bind(what string, a args, required int, params ...string) []any {
	out := make([]any, len(params))
	for i := range out {
		out[i] = absent{}
	}
	if len(a.positional) > len(params) {
		s.fail("", "`%s` takes at most %s, found %d", what, count(len(params), "argument"), len(a.positional))
	}
	copy(out, a.positional)
	for i, name := range a.names {
		at := slices.Index(params, name)
		switch {
		case at < 0:
			s.fail(s.suggest(name, params), "`%s` has no %s", what, s.named("parameter", name))
		case at < len(a.positional):
			s.fail("", "`%s` is given its parameter `%s` twice", what, name)
		}
		out[at] = a.named[i]
	}
	for i := range required {
		if out[i] == (absent{}) {
			s.fail("", "`%s` is called without its parameter `%s`", what, params[i])
		}
	}
	return out
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// or is an argument, or the default when it was not given.
func or[T any](s *state, v any, otherwise T) T {
	if _, ok := v.(absent); ok {
		return otherwise
	}
	return as[T](s, v)
}

// as is an argument that must be of the type.
func as[T any](s *state, v any) T {
	s.defined(v)
	var zero T
	switch any(zero).(type) {
	case int64:
		if n, ok := whole(v); ok {
			return any(n).(T)
		}
		s.fail("", "expected a whole number as argument, found %s", typeName(v))
	case string:
		if text, ok := plain(v); ok {
			return any(text).(T)
		}
		s.fail("", "expected a string as argument, found %s", typeName(v))
	case bool:
		return any(truth(v)).(T)
	}
	return v.(T)
}

// given reports whether an argument was given, and is not none.
func given(v any) bool { return v != nil && v != absent{} }

// named is WHAT `NAME` when the template spells the name; else it was computed,
// perhaps from a value that must not be shown.
func (s *state) named(what, name string) string {
	if !strings.Contains(s.source.text, name) {
		return what + " of the name that is computed here"
	}
	return what + " `" + name + "`"
}

// suggest is the known word that a name was probably meant to be.
func (s *state) suggest(name string, known []string) string {
	if !strings.Contains(s.source.text, name) {
		return ""
	}
	return suggest(name, known)
}

func suggest(word string, known []string) string { return diagnostic.Suggest(word, known) }
