package python

// function reads NAME[TYPES](PARAMETERS) behind def.
func (p *parser) function(s []token, decorators []Decorator, async bool) error {
	if len(s) == 0 || s[0].kind != name {
		return p.malformed(s, "a function's name is expected after def")
	}
	f := Function{Name: s[0].text, Position: s[0].Position, Async: async, Decorators: decorators}
	s = s[1:]
	if len(s) > 0 && s[0].is("[") {
		end := matching(s)
		s = s[end+1:]
	}
	if len(s) == 0 || !s[0].is("(") {
		return &SyntaxError{Position: f.Position, Message: "`(` is expected after the function's name"}
	}
	end := matching(s)
	f.Parameters = parameters(s[1:end])
	if _, body := splitAt(s[end+1:], ":"); body == nil {
		return &SyntaxError{Position: s[end].Position, Message: "`:` is expected after the function's head"}
	}
	p.module.Functions = append(p.module.Functions, f)
	return nil
}

func (p *parser) malformed(s []token, message string) error {
	e := &SyntaxError{Message: message}
	if len(s) > 0 {
		e.Position = s[0].Position
	}
	return e
}

// parameters reads what is between a function's parentheses.
func parameters(s []token) []Parameter {
	var out []Parameter
	kind := Positional
	for len(s) > 0 {
		item, rest := splitAt(s, ",")
		s = rest
		switch {
		case len(item) == 0:
		case item[0].is("/"):
			for i := range out {
				out[i].Kind = PositionalOnly
			}
		case item[0].is("**"):
			out = append(out, parameter(item[1:], KeywordArgs)...)
		case item[0].is("*"):
			out = append(out, parameter(item[1:], VarArgs)...)
			kind = KeywordOnly
		default:
			out = append(out, parameter(item, kind)...)
		}
	}
	return out
}

// parameter reads NAME[: TYPE][= DEFAULT]; a bare * has no name and is none.
func parameter(s []token, kind Kind) []Parameter {
	if len(s) == 0 || s[0].kind != name {
		return nil
	}
	head, value := splitAt(s, "=")
	return []Parameter{{
		Name: s[0].text, Position: s[0].Position, Kind: kind,
		Annotated: len(head) > 1, HasDefault: value != nil,
	}}
}
