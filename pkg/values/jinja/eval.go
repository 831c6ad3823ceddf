package jinja

// eval is an expression's value.
func (s *state) eval(e expr, c *scope) any {
	s.at = e.span()
	s.charge(1)
	switch e := e.(type) {
	case *constant:
		return e.value
	case *nameExpr:
		return s.name(e, c)
	case *getAttr:
		return s.evalAttribute(e, c)
	case *getItem:
		return s.evalItem(e, c)
	case *filterExpr:
		return s.applyFilters(e, nil, c)
	case *testExpr:
		return s.evalTest(e, c)
	case *callExpr:
		return s.evalCall(e, c)
	case *binaryExpr:
		return s.evalBinary(e, c)
	case *unaryExpr:
		return s.evalUnary(e, c)
	case *compareExpr:
		return s.evalCompare(e, c)
	case *concatExpr:
		return s.evalConcat(e, c)
	case *condExpr:
		return s.evalCondition(e, c)
	case *listExpr:
		return &list{s.evalAll(e.items, c)}
	case *tupleExpr:
		return tupleOf(s.evalAll(e.items, c)...)
	case *dictExpr:
		return s.evalDict(e, c)
	case *sliceExpr:
		s.fail("", "a slice stands alone between brackets")
	}
	return nil
}

func (s *state) name(e *nameExpr, c *scope) any {
	if v, ok := c.get(e.name); ok {
		return v
	}
	if v, ok := globals[e.name]; ok {
		return v
	}
	if e.name == "self" {
		s.fail("", "`self` is not supported: a template of values has no parts to refer to")
	}
	return s.undefined("`%s` is undefined", e.name)
}

func (s *state) evalAll(exprs []expr, c *scope) []any {
	out := make([]any, len(exprs))
	for i, e := range exprs {
		out[i] = s.eval(e, c)
	}
	return out
}

func (s *state) evalDict(e *dictExpr, c *scope) any {
	d := newDict()
	for i, k := range e.keys {
		key := s.eval(k, c)
		value := s.eval(e.values[i], c)
		s.at = k.span()
		d.set(s.key(key), key, value)
	}
	return d
}

func (s *state) evalCondition(e *condExpr, c *scope) any {
	switch {
	case truth(s.eval(e.test, c)):
		return s.eval(e.then, c)
	case e.otherwise != nil:
		return s.eval(e.otherwise, c)
	}
	return s.undefined("the condition of `%s` does not hold, and it has no `else`", s.source.excerpt(e.Span))
}

func (s *state) evalConcat(e *concatExpr, c *scope) any {
	joined := ""
	for _, part := range e.parts {
		v := s.eval(part, c)
		s.at = part.span()
		text := s.str(v)
		s.room(1, len(joined)+len(text))
		joined += text
	}
	return joined
}

func (s *state) evalCompare(e *compareExpr, c *scope) any {
	left := s.eval(e.first, c)
	for i, op := range e.ops {
		right := s.eval(e.rest[i], c)
		s.at = e.Span
		if !s.compare(op, left, right) {
			return false
		}
		left = right
	}
	return true
}

func (s *state) evalUnary(e *unaryExpr, c *scope) any {
	v := s.eval(e.of, c)
	s.at = e.Span
	if e.op == "not" {
		return !truth(v)
	}
	s.defined(v)
	if f, ok := v.(float64); ok {
		if e.op == "-" {
			return -f
		}
		return f
	}
	n, ok := whole(v)
	if !ok {
		s.fail("", "`%s` needs a number, found %s", e.op, typeName(v))
	}
	if e.op == "-" {
		return s.minus(0, n)
	}
	return n
}

func (s *state) evalBinary(e *binaryExpr, c *scope) any {
	left := s.eval(e.left, c)
	switch {
	case e.op == "and" && !truth(left), e.op == "or" && truth(left):
		return left
	}
	right := s.eval(e.right, c)
	s.at = e.Span
	if e.op == "and" || e.op == "or" {
		return right
	}
	return s.arithmetic(e.op, left, right)
}

func (s *state) evalAttribute(e *getAttr, c *scope) any {
	of := s.eval(e.of, c)
	s.at = e.Span
	return s.attribute(of, e.name)
}

func (s *state) evalItem(e *getItem, c *scope) any {
	of := s.eval(e.of, c)
	if sl, ok := e.key.(*sliceExpr); ok {
		return s.evalSlice(e, of, sl, c)
	}
	key := s.eval(e.key, c)
	s.at = e.Span
	return s.item(of, key)
}

func (s *state) evalSlice(e *getItem, of any, sl *sliceExpr, c *scope) any {
	bounds := [3]any{}
	for i, part := range []expr{sl.start, sl.stop, sl.step} {
		if part != nil {
			bounds[i] = s.eval(part, c)
		}
	}
	s.at = e.Span
	return s.slice(of, bounds)
}

// evalArguments evaluates what a call is given.
func (s *state) evalArguments(a arguments, c *scope) args {
	out := args{positional: s.evalAll(a.positional, c)}
	if a.spread != nil {
		out.positional = append(out.positional, s.items(s.eval(a.spread, c))...)
	}
	out.names = append(out.names, a.names...)
	out.named = s.evalAll(a.named, c)
	if a.spreadNamed != nil {
		s.spreadNamed(&out, s.eval(a.spreadNamed, c))
	}
	return out
}

func (s *state) spreadNamed(out *args, v any) {
	d, ok := v.(*dict)
	if !ok {
		s.fail("", "`**` needs a mapping, found %s", typeName(v))
	}
	for _, e := range d.entries {
		key, ok := plain(e.key)
		if !ok {
			s.fail("", "`**` needs a mapping with strings as keys, found %s", typeName(e.key))
		}
		out.names = append(out.names, key)
		out.named = append(out.named, e.value)
	}
}

func (s *state) evalCall(e *callExpr, c *scope) any {
	of := s.eval(e.of, c)
	given := s.evalArguments(e.args, c)
	s.at = e.Span
	s.defined(of)
	return s.callValue(of, given, s.source.excerpt(e.of.span()))
}

// callValue calls a function; what is its name in a message.
func (s *state) callValue(of any, given args, what string) any {
	switch f := of.(type) {
	case *function:
		return f.call(s, given)
	case *loop:
		return f.call(s, given)
	}
	s.fail("", "`%s` is %s and cannot be called", what, typeName(of))
	return nil
}

// applyFilters applies a chain of filters; the innermost gets the value when
// it stands in a filter block.
func (s *state) applyFilters(e expr, value any, c *scope) any {
	f, ok := e.(*filterExpr)
	if !ok {
		return value
	}
	switch {
	case f.of == nil:
	case isFilter(f.of):
		value = s.applyFilters(f.of, value, c)
	default:
		value = s.eval(f.of, c)
	}
	given := s.evalArguments(f.args, c)
	s.at = f.Span
	s.charge(1)
	return s.filter(f.name, value, given)
}

func isFilter(e expr) bool {
	_, ok := e.(*filterExpr)
	return ok
}

func (s *state) evalTest(e *testExpr, c *scope) any {
	value := s.eval(e.of, c)
	given := s.evalArguments(e.args, c)
	s.at = e.Span
	return s.test(e.name, value, given)
}
