package jinja

import (
	"fmt"
	"strings"
)

// The bounds of one rendering.
const (
	// maxSteps counts expressions, statements and items, and every 64 bytes of text that is made.
	maxSteps     = 500_000
	bytesPerStep = 64
	// maxText bounds the output, and every text on the way to it, in bytes.
	maxText = 4 << 20
	// maxCalls bounds how deep macros and recursive loops call each other.
	maxCalls = 100
)

// state is one rendering.
type state struct {
	*Template
	language *Language
	// at is what is being evaluated: where a failure is.
	at    Span
	steps int
	calls int
	out   *output
}

// fail ends the rendering with a problem at the current expression.
func (s *state) fail(help, format string, args ...any) {
	panic(s.source.err(s.at, help, format, args...))
}

// charge counts a step and the bytes that it makes.
func (s *state) charge(bytes int) {
	s.steps += 1 + bytes/bytesPerStep
	if s.steps > maxSteps {
		s.fail("look for loops within loops, and for macros that call themselves", "rendering takes too long: more than %d steps", maxSteps)
	}
}

// room fails when a text or list of that size may not be made.
func (s *state) room(size, count int) int {
	if size > 0 && count > maxText/size {
		s.fail("", "a text or list grows too large: more than %d MiB", maxText>>20)
	}
	s.charge(max(0, size*count))
	return count
}

// defined fails when one of the values is undefined.
func (s *state) defined(values ...any) {
	for _, v := range values {
		if u, ok := v.(undefined); ok {
			s.fail("give it a value with `| default(…)`, or test it with `is defined`", "%s", u.why)
		}
	}
}

// undefined is the value of the current expression when it has none.
func (s *state) undefined(format string, args ...any) undefined {
	return undefined{why: fmt.Sprintf(format, args...)}
}

// scope holds variables; the outermost are the context's.
type scope struct {
	vars   map[string]any
	parent *scope
}

func (c *scope) child() *scope { return &scope{parent: c} }

func (c *scope) get(name string) (any, bool) {
	for ; c != nil; c = c.parent {
		if v, ok := c.vars[name]; ok {
			return v, true
		}
	}
	return nil, false
}

func (c *scope) set(name string, v any) {
	if c.vars == nil {
		c.vars = map[string]any{}
	}
	c.vars[name] = v
}

// output collects text, with where in the template each piece comes from.
type output struct {
	strings.Builder
	marks []mark
}

// mark says that the output from an offset on comes from a place in the template.
type mark struct {
	out int
	src Span
	// verbatim is true for the template's own text: its offsets correspond one to one.
	verbatim bool
}

func (s *state) write(text string, from Span, verbatim bool) {
	if text == "" {
		return
	}
	if s.out.Len()+len(text) > maxText {
		s.at = from
		s.fail("", "the rendered text is larger than %d MiB", maxText>>20)
	}
	s.charge(len(text))
	s.out.marks = append(s.out.marks, mark{s.out.Len(), from, verbatim})
	s.out.WriteString(text)
}

// capture is what a body prints.
func (s *state) capture(body []stmt, c *scope) string {
	before := s.out
	s.out = &output{}
	s.exec(body, c)
	text := s.out.String()
	s.out = before
	return text
}
