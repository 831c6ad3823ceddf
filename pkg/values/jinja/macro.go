package jinja

import "slices"

// macro is a macro, or the body of a call.
type macro struct {
	name string
	signature
	body  []stmt
	scope *scope
	// caller, varargs and kwargs say which of Jinja2's own names the body uses.
	caller, varargs, kwargs bool
}

func (s *state) newMacro(name string, sig signature, body []stmt, c *scope) *macro {
	m := &macro{name: name, signature: sig, body: body, scope: c}
	used := undeclared(body, "caller", "varargs", "kwargs")
	m.caller, m.varargs, m.kwargs = used["caller"], used["varargs"], used["kwargs"]
	return m
}

// function is the macro as a value.
func (m *macro) function() *function {
	return &function{m.name, func(s *state, a args) any {
		defer s.deepCall()()
		at := s.at
		text := s.capture(m.body, m.bind(s, a))
		s.at = at
		return text
	}}
}

// bind makes the scope of one call. Defaults are evaluated last: they may refer
// to other parameters.
func (m *macro) bind(s *state, a args) *scope {
	inner := m.scope.child()
	named := &namedArgs{names: slices.Clone(a.names), values: a.named}
	var missing []int
	for i, param := range m.params {
		if i < len(a.positional) {
			inner.set(param.name, a.positional[i])
		} else if v, ok := named.take(param.name); ok {
			inner.set(param.name, v)
		} else {
			missing = append(missing, i)
		}
	}
	if m.caller && !slices.ContainsFunc(m.params, func(p nameExpr) bool { return p.name == "caller" }) {
		v, ok := named.take("caller")
		if !ok {
			v = s.undefined("`caller` is undefined: the macro `%s` was not called by `{%% call %%}`", m.name)
		}
		inner.set("caller", v)
	}
	m.rest(s, inner, a, named)
	required := len(m.params) - len(m.defaults)
	for _, i := range missing {
		var v any = s.undefined("`%s` is undefined: the macro `%s` was called without it", m.params[i].name, m.name)
		if i >= required {
			v = s.eval(m.defaults[i-required], inner)
		}
		inner.set(m.params[i].name, v)
	}
	return inner
}

// namedArgs are the named arguments that nothing has taken yet; a taken one has no name.
type namedArgs struct {
	names  []string
	values []any
}

func (n *namedArgs) take(name string) (any, bool) {
	i := slices.Index(n.names, name)
	if i < 0 {
		return nil, false
	}
	n.names[i] = ""
	return n.values[i], true
}

// rest binds, or refuses, the arguments that no parameter takes.
func (m *macro) rest(s *state, inner *scope, a args, named *namedArgs) {
	kwargs := newDict()
	for i, name := range named.names {
		if name == "" {
			continue
		}
		if !m.kwargs {
			names := make([]string, len(m.params))
			for i, p := range m.params {
				names[i] = p.name
			}
			s.fail(s.suggest(name, names), "the macro `%s` takes no %s", m.name, s.named("argument", name))
		}
		kwargs.setText(name, a.named[i])
	}
	if m.kwargs {
		inner.set("kwargs", kwargs)
	}
	extra := a.positional[min(len(m.params), len(a.positional)):]
	switch {
	case m.varargs:
		inner.set("varargs", tupleOf(extra...))
	case len(extra) > 0:
		s.fail("", "the macro `%s` takes at most %d arguments, found %d", m.name, len(m.params), len(a.positional))
	}
}

// call calls a macro with the body as its `caller`.
func (s *state) call(st *callStmt, c *scope) {
	of := s.eval(st.call.of, c)
	given := s.evalArguments(st.call.args, c)
	given.names = append(given.names, "caller")
	given.named = append(given.named, s.newMacro("caller", st.signature, st.body, c).function())
	s.at = st.call.Span
	s.defined(of)
	v := s.callValue(of, given, s.source.excerpt(st.call.of.span()))
	s.at = st.call.Span
	s.write(s.str(v), st.call.Span, false)
}
