package jinja

import (
	"maps"
	"slices"
)

// Filter is a filter of an application.
type Filter struct {
	// Apply computes in JSON-compatible Go values. Its error is shown as the problem's message.
	Apply func(in any, args []any) (any, error)
	// TakesKey is true when the first argument is a key of the filter's operand.
	TakesKey bool
}

// Language is what templates can use.
type Language struct {
	builtin map[string]filterFunc
	own     map[string]Filter
}

// NewLanguage is Jinja2's with the filters of an application, by name.
func NewLanguage(filters map[string]Filter) *Language {
	return &Language{builtin: builtinFilters(), own: filters}
}

type (
	filterFunc func(s *state, v any, a args) any
	testFunc   func(s *state, v any, a args) bool
)

// FilterNames lists the names of all filters.
func (l *Language) FilterNames() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(l.builtin)), maps.Keys(l.own))
	slices.Sort(names)
	return names
}

// hasFilter is true also for filters that are refused, with the reason.
func (l *Language) hasFilter(name string) (known bool, refusal string) {
	if reason, ok := refusedFilters[name]; ok {
		return true, reason
	}
	_, own := l.own[name]
	_, builtin := l.builtin[name]
	return own || builtin, ""
}

// filter applies the filter of that name.
func (s *state) filter(name string, v any, a args) any {
	if own, ok := s.language.own[name]; ok {
		return s.ownFilter(name, own, v, a)
	}
	if f, ok := s.language.builtin[name]; ok {
		return f(s, v, a)
	}
	known, refusal := s.language.hasFilter(name)
	if known {
		s.fail("", "the filter `%s` is not available: %s", name, refusal)
	}
	s.fail(s.suggest(name, s.language.FilterNames()), "there is no %s", s.named("filter", name))
	return nil
}

func (s *state) ownFilter(name string, f Filter, v any, a args) any {
	s.defined(v)
	s.defined(a.positional...)
	if len(a.named) > 0 {
		s.fail("", "`%s` takes no named arguments", name)
	}
	out, err := f.Apply(toGo(v), toGoList(a.positional))
	if err != nil {
		s.fail("", "%v", err)
	}
	return fromGo(out)
}

// test applies the test of that name.
func (s *state) test(name string, v any, a args) bool {
	if f, ok := tests[name]; ok {
		return f(s, v, a)
	}
	if name == "filter" || name == "test" {
		asked, _ := plain(v)
		known, _ := s.language.hasFilter(asked)
		if name == "test" {
			known = slices.Contains(testNames(), asked)
		}
		return known
	}
	s.fail(s.suggest(name, testNames()), "there is no %s", s.named("test", name))
	return false
}

// testNames are the names of all tests.
func testNames() []string {
	return append(slices.Sorted(maps.Keys(tests)), "filter", "test")
}

// chance is why what depends on it is refused.
const chance = "the same input must always give the same values"

// refusedFilters are Jinja2's filters that are not available, with the reason.
var refusedFilters = map[string]string{
	"random":    chance,
	"pprint":    "it is for debugging; `tojson(indent=2)` prints a value over several lines",
	"urlize":    "values are no HTML",
	"xmlattr":   "values are no HTML",
	"striptags": "values are no HTML",
	"wordwrap":  "break the lines in the template",
}
