package python

// signature is a list of parameters that is being read.
type signature struct {
	*parser
	annotated bool
	list      []Parameter
	names     map[string]bool
	kind      ParameterKind
	// star is a bare * that a keyword-only parameter must follow.
	star      *token
	slash     bool
	defaulted bool
}

// parameters reads what is between a function's parentheses, or between lambda and its colon.
func (p *parser) parameters(end string, annotated bool) []Parameter {
	s := &signature{parser: p, annotated: annotated, kind: Positional, names: map[string]bool{}}
	for !p.at(end) {
		s.one()
		if s.star != nil && (p.at(end) || p.ahead.is(end) || p.ahead.is("**")) {
			p.fail(s.star.Position, "a parameter is expected after the `*`")
		}
		if !p.accept(",") {
			break
		}
	}
	if !p.at(end) && (p.tok.kind == name || p.atAny("*", "**")) {
		p.fail(p.tok.Position, "a `,` is missing before %s", p.tok.describe())
	}
	return s.list
}

func (s *signature) one() {
	switch {
	case s.kind == KeywordArgs:
		s.fail(s.tok.Position, "nothing can follow the parameter with `**`")
	case s.at("/"):
		s.positionalOnly()
	case s.at("*"):
		s.varArgs()
	case s.at("**"):
		s.advance()
		s.kind = KeywordArgs
		s.named(KeywordArgs)
	default:
		s.named(s.kind)
		s.star = nil
	}
}

func (s *signature) positionalOnly() {
	if s.slash || s.kind != Positional || len(s.list) == 0 {
		s.fail(s.tok.Position, "this `/` does not belong here; it stands once, after parameters and before a `*`")
	}
	for i := range s.list {
		s.list[i].Kind = PositionalOnly
	}
	s.slash = true
	s.advance()
}

func (s *signature) varArgs() {
	star := s.advance()
	if s.kind != Positional {
		s.fail(star.Position, "there is a `*` among the parameters already")
	}
	s.kind = KeywordOnly
	if s.atAny(",", ")", ":") {
		s.star = &star
		return
	}
	s.named(VarArgs)
}

// named reads NAME[: TYPE][= DEFAULT].
func (s *signature) named(kind ParameterKind) {
	n := s.newName("a parameter's name")
	if s.names[n.text] && s.err == nil {
		s.fail(n.Position, "there is a parameter `%s` already", n.text)
	}
	s.names[n.text] = true
	parameter := Parameter{Name: n.text, Position: n.Position, Kind: kind}
	if s.annotated && s.accept(":") {
		parameter.Annotated = true
		if kind == VarArgs && s.accept("*") {
			s.arithmetic()
		} else {
			s.expression()
		}
	}
	s.byDefault(&parameter)
	s.list = append(s.list, parameter)
}

func (s *signature) byDefault(parameter *Parameter) {
	unpacks := parameter.Kind == VarArgs || parameter.Kind == KeywordArgs
	switch {
	case s.at("=") && unpacks:
		s.fail(s.tok.Position, "the parameter `%s` takes what is left over and has no default", parameter.Name)
	case s.accept("="):
		parameter.HasDefault = true
		s.defaulted = true
		s.expression()
	case s.defaulted && parameter.Kind == Positional:
		s.fail(parameter.Position, "the parameter `%s` has no default, but one before it has", parameter.Name)
	}
}
