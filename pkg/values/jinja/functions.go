package jinja

// globals are Jinja2's own functions.
var globals = map[string]any{
	"range":     &function{"range", rangeOf},
	"dict":      &function{"dict", dictOf},
	"namespace": &function{"namespace", namespaceOf},
	"cycler":    &function{"cycler", cyclerOf},
	"joiner":    &function{"joiner", joinerOf},
	"lipsum": &function{"lipsum", func(s *state, _ args) any {
		s.fail("", "the function `lipsum` is not available: %s", chance)
		return nil
	}},
}

func rangeOf(s *state, a args) any {
	if len(a.positional) == 0 || len(a.positional) > 3 || len(a.named) > 0 {
		s.fail("", "`range` takes one to three whole numbers")
	}
	bounds := make([]int64, len(a.positional))
	for i, v := range a.positional {
		bounds[i] = as[int64](s, v)
	}
	n := numbers{step: 1}
	switch len(bounds) {
	case 1:
		n.stop = bounds[0]
	case 2:
		n.start, n.stop = bounds[0], bounds[1]
	case 3:
		n = numbers{bounds[0], bounds[1], bounds[2]}
	}
	if n.step == 0 {
		s.fail("", "the step of `range` is zero")
	}
	return n
}

func dictOf(s *state, a args) any {
	d := newDict()
	s.update(d, "dict", a)
	return d
}

func namespaceOf(s *state, a args) any {
	d := newDict()
	s.update(d, "namespace", a)
	return &namespace{d}
}

// cycler hands out its items in turn.
type cycler struct {
	items []any
	at    int
}

func cyclerOf(s *state, a args) any {
	if len(a.positional) == 0 || len(a.named) > 0 {
		s.fail("", "`cycler` needs what to cycle through")
	}
	return &cycler{items: a.positional}
}

func (c *cycler) attribute(name string) (any, bool) {
	switch name {
	case "current":
		return c.items[c.at], true
	case "next":
		return &function{name, func(s *state, a args) any {
			s.bind(name, a, 0)
			item := c.items[c.at]
			c.at = (c.at + 1) % len(c.items)
			return item
		}}, true
	case "reset":
		return &function{name, func(s *state, a args) any {
			s.bind(name, a, 0)
			c.at = 0
			return nil
		}}, true
	}
	return nil, false
}

// joinerOf returns a function that returns nothing the first time, and then the separator.
func joinerOf(s *state, a args) any {
	separator := s.bind("joiner", a, 0, "sep")[0]
	if separator == (absent{}) {
		separator = ", "
	}
	used := false
	return &function{"joiner", func(s *state, a args) any {
		s.bind("joiner", a, 0)
		if !used {
			used = true
			return ""
		}
		return separator
	}}
}
