package jinja

import "slices"

// call knows the functions; methods are known by the type that they are of.
func (c *checker) call(e *callExpr, in *names) {
	c.arguments(e.args, in)
	n, ok := e.of.(*nameExpr)
	if ok && n.name == "lipsum" {
		c.find(n.Span, "", false, "the function `lipsum` is not available: %s", chance)
		return
	}
	c.expr(e.of, in)
}

func (c *checker) arguments(a arguments, in *names) {
	for _, e := range a.all() {
		c.optional(e, in)
	}
}

func (c *checker) filter(e *filterExpr, in *names) {
	var of *Shape
	if e.of != nil {
		of = c.reference(e.of, in, e.name == "default" || e.name == "d")
	}
	c.arguments(e.args, in)
	c.filterName(e.name, e.nameAt)
	if len(e.args.positional) == 0 {
		return
	}
	first, ok := literal(e.args.positional[0])
	at := e.args.positional[0].span()
	switch {
	case !ok:
	case e.name == "map":
		c.filterName(first, at)
	case e.name == "select" || e.name == "reject":
		c.testName(first, at)
	case c.language.own[e.name].TakesKey:
		c.field(of, e.of, first, at, bare)
	}
}

func (c *checker) filterName(name string, at Span) {
	known, refusal := c.language.hasFilter(name)
	switch {
	case !known:
		c.find(at, suggest(name, c.language.FilterNames()), false, "there is no filter `%s`", name)
	case refusal != "":
		c.find(at, "", false, "the filter `%s` is not available: %s", name, refusal)
	}
}

func (c *checker) test(e *testExpr, in *names) {
	c.reference(e.of, in, e.name == "defined" || e.name == "undefined")
	c.arguments(e.args, in)
	c.testName(e.name, e.nameAt)
}

func (c *checker) testName(name string, at Span) {
	if names := testNames(); !slices.Contains(names, name) {
		c.find(at, suggest(name, names), false, "there is no test `%s`", name)
	}
}
