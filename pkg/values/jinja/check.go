package jinja

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Finding is a reference to something that is not there.
type Finding struct {
	Error
	// Doubtful is true when the template can be rendered all the same: the
	// reference has a default, or what it means may be there in another version.
	Doubtful bool
}

// Check finds the names, fields, filters and tests that a template refers to
// and that are not there, in all branches, reached or not. The root's fields
// are the variables that the template is rendered with.
func (t *Template) Check(l *Language, root *Shape) []Finding {
	c := &checker{Template: t, language: l, root: root, assigned: map[string]int{}, tested: map[string]bool{}}
	for _, s := range t.body {
		c.survey(s)
	}
	c.body(t.body, &names{})
	return c.findings
}

// names are the variables that a template binds itself, by scope. The shape is
// nil unless it is certain.
type names struct {
	shapes map[string]*Shape
	parent *names
}

func (n *names) bind(shapes map[string]*Shape) *names { return &names{shapes, n} }

func (n *names) get(name string) (*Shape, bool) {
	for ; n != nil; n = n.parent {
		if s, ok := n.shapes[name]; ok {
			return s, true
		}
	}
	return nil, false
}

type checker struct {
	*Template
	language *Language
	root     *Shape
	// assigned counts the statements that bind a name.
	assigned map[string]int
	// tested are the paths that are asked `is defined` somewhere.
	tested   map[string]bool
	findings []Finding
}

// survey notes what is assigned and what is tested, everywhere.
func (c *checker) survey(n any) {
	for _, name := range targetsOf(n) {
		c.assigned[name]++
	}
	switch n := n.(type) {
	case *macroStmt:
		c.assigned[n.name]++
	case *testExpr:
		if n.name == "defined" || n.name == "undefined" {
			c.tested[path(n.of)] = true
		}
	}
	children(n, c.survey)
}

// path is an expression's path such as parameters.replicas, or empty.
func path(e expr) string {
	switch e := e.(type) {
	case *nameExpr:
		return e.name
	case *getAttr:
		return below(e.of, e.name)
	case *getItem:
		if key, ok := literal(e.key); ok {
			return below(e.of, key)
		}
	}
	return ""
}

func below(of expr, name string) string {
	if p := path(of); p != "" {
		return p + "." + name
	}
	return ""
}

// literal is the text of a string literal.
func literal(e expr) (string, bool) {
	k, ok := e.(*constant)
	if !ok {
		return "", false
	}
	text, ok := k.value.(string)
	return text, ok
}

// body checks statements in a scope, in which all their assignments are known.
func (c *checker) body(body []stmt, in *names) {
	scope := in.bind(map[string]*Shape{})
	c.declare(body, scope)
	for _, s := range body {
		c.statement(s, scope)
	}
}

// declare makes known what statements assign in their own scope.
func (c *checker) declare(body []stmt, scope *names) {
	for _, s := range body {
		switch s := s.(type) {
		case *setStmt, *setBlock:
			for _, name := range targetsOf(s) {
				scope.shapes[name] = nil
			}
		case *macroStmt:
			scope.shapes[s.name] = nil
		case *ifStmt:
			for _, b := range s.bodies {
				c.declare(b, scope)
			}
		}
	}
}

func (c *checker) statement(s stmt, in *names) {
	switch s := s.(type) {
	case *ifStmt:
		for i, b := range s.bodies {
			if i < len(s.tests) {
				c.expr(s.tests[i], in)
			}
			for _, inner := range b {
				c.statement(inner, in)
			}
		}
	case *forStmt:
		c.loop(s, in)
	case *setStmt:
		shape := c.expr(s.value, in)
		if n, ok := s.target.(*nameExpr); ok && c.assigned[n.name] == 1 {
			in.shapes[n.name] = shape
		}
	case *setBlock:
		c.optional(s.filter, in)
		c.body(s.body, in)
	case *withStmt:
		c.with(s, in)
	case *scopeStmt:
		c.body(s.body, in)
	case *blockStmt:
		c.body(s.body, in)
	case *macroStmt:
		c.macro(s.signature, s.body, in)
	case *callStmt:
		c.expr(s.call, in)
		c.macro(s.signature, s.body, in)
	case *filterStmt:
		c.expr(s.filter, in)
		c.body(s.body, in)
	case *outputStmt:
		for _, e := range s.exprs {
			c.expr(e, in)
		}
	}
}

func (c *checker) loop(s *forStmt, in *names) {
	c.expr(s.iter, in)
	inner := in.bind(map[string]*Shape{})
	for _, name := range targetsOf(s) {
		inner.shapes[name] = nil
	}
	c.optional(s.test, inner)
	inner.shapes["loop"] = nil
	c.body(s.body, inner)
	c.body(s.otherwise, in)
}

func (c *checker) with(s *withStmt, in *names) {
	inner := in.bind(map[string]*Shape{})
	for i, target := range s.targets {
		shape := c.expr(s.values[i], in)
		if n, ok := target.(*nameExpr); ok && c.assigned[n.name] == 1 {
			inner.shapes[n.name] = shape
		}
	}
	for _, name := range targetsOf(s) {
		if _, certain := inner.shapes[name]; !certain {
			inner.shapes[name] = nil
		}
	}
	c.body(s.body, inner)
}

func (c *checker) macro(sig signature, body []stmt, in *names) {
	inner := in.bind(map[string]*Shape{"caller": nil, "varargs": nil, "kwargs": nil})
	for _, p := range sig.params {
		inner.shapes[p.name] = nil
	}
	for _, e := range sig.defaults {
		c.expr(e, inner)
	}
	c.body(body, inner)
}

// expr checks an expression and says what is known of its value.
func (c *checker) expr(e expr, in *names) *Shape { return c.reference(e, in, false) }

func (c *checker) optional(e expr, in *names) {
	if e != nil {
		c.expr(e, in)
	}
}

// reference is expr; with guarded the value may be undefined.
func (c *checker) reference(e expr, in *names, guarded bool) *Shape {
	switch e := e.(type) {
	case *nameExpr:
		return c.name(e, in, guarded)
	case *getAttr:
		of := c.expr(e.of, in)
		return c.field(of, e.of, e.name, e.nameAt, c.guard(e, guarded))
	case *getItem:
		of := c.expr(e.of, in)
		c.expr(e.key, in)
		if key, ok := literal(e.key); ok {
			return c.field(of, e.of, key, e.key.span(), c.guard(e, guarded))
		}
		if of != nil {
			return of.Elem
		}
		return nil
	case *filterExpr:
		c.filter(e, in)
		return nil
	case *testExpr:
		c.test(e, in)
		return nil
	case *callExpr:
		c.call(e, in)
		return nil
	}
	children(e, func(part any) {
		if inner, ok := part.(expr); ok {
			c.expr(inner, in)
		}
	})
	return nil
}

// guards say what it means that a reference is undefined.
type guards int

const (
	bare guards = iota
	withDefault
	// elsewhere is a reference that is tested at another place, and reported there.
	elsewhere
)

func (c *checker) guard(e expr, guarded bool) guards {
	switch {
	case guarded:
		return withDefault
	case c.tested[path(e)]:
		return elsewhere
	}
	return bare
}

func (c *checker) name(e *nameExpr, in *names, guarded bool) *Shape {
	if s, ok := in.get(e.name); ok {
		return s
	}
	if s, ok := c.root.Fields[e.name]; ok {
		return s
	}
	if _, ok := globals[e.name]; ok {
		return nil
	}
	known := append(c.root.names(), slices.Sorted(maps.Keys(globals))...)
	for n := in; n != nil; n = n.parent {
		known = slices.AppendSeq(known, maps.Keys(n.shapes))
	}
	g := c.guard(e, guarded)
	help, special := c.outOfScope(e.name)
	switch {
	case !special:
		c.undefined(e.Span, e.name, "", known, c.root, g)
	case g != elsewhere:
		c.find(e.Span, help, g == withDefault, "there is no variable `%s` here", e.name)
	}
	return nil
}

// outOfScope explains a name that is there, but at other places of a template.
func (c *checker) outOfScope(name string) (help string, ok bool) {
	switch {
	case c.assigned[name] > 0:
		return fmt.Sprintf("it is bound within a loop, macro or block only, and gone behind it; `{%% set ns = namespace(%s=…) %%}` before, and `{%% set ns.%s = … %%}` within, keep it", name, name), true
	case name == "loop":
		return "it is there within a `for` loop", true
	case name == "caller", name == "varargs", name == "kwargs":
		return "it is there within a macro", true
	case name == "self":
		return "a template of values has no parts to refer to", true
	}
	return "", false
}

func (c *checker) field(of *Shape, ofExpr expr, name string, at Span, g guards) *Shape {
	if of == nil {
		return nil
	}
	shape, known := of.field(name)
	if !known {
		c.undefined(at, name, c.source.excerpt(ofExpr.span()), of.names(), of, g)
	}
	return shape
}

// undefined reports a name, or a field of something, that is not there.
func (c *checker) undefined(at Span, name, of string, known []string, shape *Shape, g guards) {
	if g == elsewhere {
		return
	}
	message := fmt.Sprintf("there is no variable `%s`", name)
	switch {
	case of != "" && shape.What != "":
		message = fmt.Sprintf("the driver declares no %s `%s`", shape.What, name)
	case of != "" && shape.Sample != nil && shape.Fields == nil:
		message = fmt.Sprintf("%s has no `%s`", typeName(fromGo(shape.Sample)), name)
		known = attributeNames(fromGo(shape.Sample))
	case of != "":
		message = fmt.Sprintf("`%s` has no field `%s`", of, name)
	}
	help := suggest(name, known)
	doubtful := g == withDefault || shape.Others == Doubtful && help == ""
	if help == "" {
		help = listing(shape, known)
	}
	c.find(at, help, doubtful, "%s", message)
}

// mostNames bounds how many names a help lists.
const mostNames = 12

// listing says which fields there are, when they are few.
func listing(shape *Shape, known []string) string {
	switch {
	case shape.Fields == nil:
		return ""
	case len(shape.Fields) == 0 && shape.What != "":
		return fmt.Sprintf("the driver declares no %ss at all", shape.What)
	case len(shape.Fields) > mostNames:
		return ""
	}
	return "there are " + strings.Join(shape.names(), ", ")
}

func (c *checker) find(at Span, help string, doubtful bool, format string, args ...any) {
	c.findings = append(c.findings, Finding{Error: *c.source.err(at, help, format, args...), Doubtful: doubtful})
}
