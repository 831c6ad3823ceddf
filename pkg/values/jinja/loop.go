package jinja

// loop is the variable `loop`. Like Jinja2's it looks at most one item ahead,
// unless it is asked for its length.
type loop struct {
	next     func() (any, bool)
	length   func() (int64, bool)
	ahead    any
	hasAhead bool
	ended    bool

	index0          int64
	current, before any
	depth0          int
	changedTo       tuple
	everAsked       bool
	recurse         func(items any, depth int) any
	span            Span
}

// forLoop runs a loop, and its else when it had no item.
func (s *state) forLoop(st *forStmt, c *scope) {
	s.loopOver(st, c, s.eval(st.iter, c), 0)
}

func (s *state) loopOver(st *forStmt, c *scope, items any, depth int) {
	s.at = st.iter.span()
	l := s.newLoop(st, c, items, depth)
	ran := false
	for l.advance() {
		ran = true
		s.at = st.Span
		s.charge(1)
		inner := c.child()
		inner.set("loop", l)
		s.assign(st.target, l.current, inner)
		s.exec(st.body, inner)
	}
	if !ran {
		s.exec(st.otherwise, c.child())
	}
}

func (s *state) newLoop(st *forStmt, c *scope, items any, depth int) *loop {
	l := &loop{next: s.iterate(items), index0: -1, depth0: depth, span: st.Span}
	l.length = func() (int64, bool) { return s.size(items) }
	if st.test != nil {
		l.next = s.filtered(st, c, l.next)
		l.length = func() (int64, bool) { return 0, false }
	}
	if st.recursive {
		l.recurse = func(items any, depth int) any {
			defer s.deepCall()()
			before := s.out
			s.out = &output{}
			s.loopOver(st, c, items, depth)
			text := s.out.String()
			s.out = before
			return text
		}
	}
	return l
}

// filtered yields the items for which the loop's condition holds.
func (s *state) filtered(st *forStmt, c *scope, next func() (any, bool)) func() (any, bool) {
	return func() (any, bool) {
		for {
			item, ok := next()
			if !ok {
				return nil, false
			}
			inner := c.child()
			s.assign(st.target, item, inner)
			if truth(s.eval(st.test, inner)) {
				return item, true
			}
		}
	}
}

// deepCall counts a call of a macro or recursive loop; what it returns ends it.
func (s *state) deepCall() func() {
	if s.calls++; s.calls > maxCalls {
		s.fail("", "macros or recursive loops call each other too deeply: more than %d levels", maxCalls)
	}
	return func() { s.calls-- }
}

func (l *loop) advance() bool {
	item, ok := l.peek()
	if !ok {
		return false
	}
	l.hasAhead = false
	l.index0++
	l.before, l.current = l.current, item
	return true
}

func (l *loop) peek() (any, bool) {
	if !l.hasAhead && !l.ended {
		l.ahead, l.hasAhead = l.next()
		l.ended = !l.hasAhead
	}
	return l.ahead, l.hasAhead
}

// count is the number of items; without a known one it takes all that are left.
func (l *loop) count() int64 {
	if n, ok := l.length(); ok {
		return n
	}
	var rest []any
	for {
		item, ok := l.peek()
		if !ok {
			break
		}
		rest = append(rest, item)
		l.hasAhead = false
	}
	n := l.index0 + 1 + int64(len(rest))
	l.length = func() (int64, bool) { return n, true }
	l.ended = false
	l.next = each(rest)
	return n
}

// each yields the items of a slice that does not change.
func each(items []any) func() (any, bool) {
	i := 0
	return func() (any, bool) {
		if i >= len(items) {
			return nil, false
		}
		i++
		return items[i-1], true
	}
}

func (l *loop) attribute(s *state, name string) (any, bool) {
	switch name {
	case "index":
		return l.index0 + 1, true
	case "index0":
		return l.index0, true
	case "revindex":
		return l.count() - l.index0, true
	case "revindex0":
		return l.count() - l.index0 - 1, true
	case "length":
		return l.count(), true
	case "first":
		return l.index0 == 0, true
	case "last":
		_, more := l.peek()
		return !more, true
	case "depth":
		return int64(l.depth0 + 1), true
	case "depth0":
		return int64(l.depth0), true
	case "previtem":
		if l.index0 == 0 {
			return s.undefined("`loop.previtem` is undefined: this is the first item"), true
		}
		return l.before, true
	case "nextitem":
		item, ok := l.peek()
		if !ok {
			return s.undefined("`loop.nextitem` is undefined: this is the last item"), true
		}
		return item, true
	case "cycle":
		return &function{name, l.cycle}, true
	case "changed":
		return &function{name, l.changed}, true
	}
	return nil, false
}

func (l *loop) cycle(s *state, a args) any {
	if len(a.positional) == 0 || len(a.named) > 0 {
		s.fail("", "`loop.cycle` needs what to cycle through")
	}
	return a.positional[l.index0%int64(len(a.positional))]
}

func (l *loop) changed(s *state, a args) any {
	values := tupleOf(a.positional...)
	if l.everAsked && s.equal(l.changedTo, values) {
		return false
	}
	l.everAsked, l.changedTo = true, values
	return true
}

// call is loop(ITEMS) in a recursive loop.
func (l *loop) call(s *state, a args) any {
	if l.recurse == nil {
		s.fail("write `{% for … in … recursive %}`", "only a recursive loop can be called")
	}
	items := s.bind("loop", a, 1, "iterable")[0]
	return l.recurse(items, l.depth0+1)
}
