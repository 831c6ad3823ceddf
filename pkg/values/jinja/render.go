package jinja

import (
	"sort"
	"strings"
)

// Output is a rendered text that knows where its lines come from.
type Output struct {
	// Text is the rendered text.
	Text   string
	marks  []mark
	source *source
}

// Render renders the template with the variables, which are JSON-compatible Go
// values; they are not changed. An error is an [*Error].
func (t *Template) Render(l *Language, variables map[string]any) (out *Output, err error) {
	defer catch(&err)
	s := &state{Template: t, language: l, out: &output{}}
	root := &scope{vars: make(map[string]any, len(variables))}
	for name, v := range variables {
		root.set(name, fromGo(v))
	}
	s.exec(t.body, root.child())
	return &Output{Text: s.out.String(), marks: s.out.marks, source: t.source}, nil
}

// Origin is where in the template the output's byte at the offset was written:
// the expression that printed it, or the rest of its line.
func (o *Output) Origin(offset int) (Span, Position) {
	i := sort.Search(len(o.marks), func(i int) bool { return o.marks[i].out > offset }) - 1
	if i < 0 {
		return Span{}, Position{Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
	}
	m := o.marks[i]
	at := m.src
	if m.verbatim {
		at.Start = min(m.src.Start+offset-m.out, m.src.End)
		at.End = at.Start + strings.IndexByte(o.source.text[at.Start:]+"\n", '\n')
	}
	return at, o.source.position(at)
}

// exec carries out statements. What they assign stays in the scope.
func (s *state) exec(body []stmt, c *scope) {
	for _, st := range body {
		s.at = st.span()
		s.charge(1)
		switch st := st.(type) {
		case *dataStmt:
			s.write(st.text, st.Span, true)
		case *outputStmt:
			for _, e := range st.exprs {
				v := s.eval(e, c)
				s.at = e.span()
				s.write(s.str(v), e.span(), false)
			}
		case *ifStmt:
			s.ifElse(st, c)
		case *forStmt:
			s.forLoop(st, c)
		case *setStmt:
			s.assign(st.target, s.eval(st.value, c), c)
		case *setBlock:
			s.setBlock(st, c)
		case *withStmt:
			s.with(st, c)
		case *scopeStmt:
			s.exec(st.body, c.child())
		case *blockStmt:
			s.block(st, c)
		case *macroStmt:
			c.set(st.name, s.newMacro(st.name, st.signature, st.body, c).function())
		case *callStmt:
			s.call(st, c)
		case *filterStmt:
			s.filterBlock(st, c)
		}
	}
}

func (s *state) ifElse(st *ifStmt, c *scope) {
	for i, test := range st.tests {
		if truth(s.eval(test, c)) {
			s.exec(st.bodies[i], c)
			return
		}
	}
	if len(st.bodies) > len(st.tests) {
		s.exec(st.bodies[len(st.tests)], c)
	}
}

func (s *state) setBlock(st *setBlock, c *scope) {
	var value any = s.capture(st.body, c.child())
	if st.filter != nil {
		value = s.applyFilters(st.filter, value, c)
	}
	s.at = st.Span
	s.assign(st.target, value, c)
}

// with evaluates all values before it binds any.
func (s *state) with(st *withStmt, c *scope) {
	inner := c.child()
	values := make([]any, len(st.values))
	for i, e := range st.values {
		values[i] = s.eval(e, c)
	}
	for i, target := range st.targets {
		s.assign(target, values[i], inner)
	}
	s.exec(st.body, inner)
}

// block sees the variables of the template, and those around it only when it is scoped.
func (s *state) block(st *blockStmt, c *scope) {
	outer := c
	for !st.scoped && outer.parent != nil && outer.parent.parent != nil {
		outer = outer.parent
	}
	s.exec(st.body, outer.child())
}

func (s *state) filterBlock(st *filterStmt, c *scope) {
	v := s.applyFilters(st.filter, s.capture(st.body, c.child()), c)
	s.at = st.Span
	text, ok := plain(v)
	if !ok {
		s.fail("", "the filter of a block must return a string, found %s", typeName(v))
	}
	s.write(text, st.Span, false)
}

// assign binds a target to a value.
func (s *state) assign(target expr, v any, c *scope) {
	switch target := target.(type) {
	case *nameExpr:
		c.set(target.name, v)
	case *attrTarget:
		s.at = target.Span
		of, _ := c.get(target.of.name)
		ns, ok := of.(*namespace)
		if !ok {
			s.fail("make it one: `{% set "+target.of.name+" = namespace() %}`", "only attributes of a namespace can be set; `%s` is %s", target.of.name, typeName(of))
		}
		ns.attributes.setText(target.name, v)
	case *tupleExpr:
		s.at = target.Span
		items := s.items(v)
		if len(items) != len(target.items) {
			s.fail("", "expected %d values for `%s`, found %d", len(target.items), s.source.excerpt(target.Span), len(items))
		}
		for i, item := range items {
			s.assign(target.items[i], item, c)
		}
	}
}
