package python

import "strings"

// importModules reads `a.b as c, d` behind import.
func (p *parser) importModules(s []token) {
	for len(s) > 0 {
		item, rest := splitAt(s, ",")
		module, tail := dotted(item)
		// `import a.b` binds a.
		bound, _, nested := strings.Cut(module, ".")
		i := Import{Name: bound, Module: module}
		if nested {
			i.Module = bound
		}
		if len(tail) == 2 && tail[0].is("as") {
			i.Name, i.Module = tail[1].text, module
		}
		if i.Name != "" {
			p.module.Imports = append(p.module.Imports, i)
		}
		s = rest
	}
}

// importMembers reads `a.b import c as d, e` behind from.
func (p *parser) importMembers(s []token) {
	dots := ""
	for len(s) > 0 && (s[0].is(".") || s[0].is("...")) {
		dots += s[0].text
		s = s[1:]
	}
	module := dots
	if len(s) > 0 && !s[0].is("import") {
		var rest string
		rest, s = dotted(s)
		module += rest
	}
	if len(s) == 0 || !s[0].is("import") {
		return
	}
	s = s[1:]
	if len(s) > 1 && s[0].is("(") && s[len(s)-1].is(")") {
		s = s[1 : len(s)-1]
	}
	for len(s) > 0 {
		item, rest := splitAt(s, ",")
		if len(item) > 0 {
			i := Import{Name: item[0].text, Module: module, Member: item[0].text}
			if len(item) == 3 && item[1].is("as") {
				i.Name = item[2].text
			}
			p.module.Imports = append(p.module.Imports, i)
		}
		s = rest
	}
}
