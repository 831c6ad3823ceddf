package jinja

import "strings"

// Influences lists what may influence the text or the failure of the part of
// the template that a span touches: paths such as parameters.replicas, and
// names. What is read as a whole, or under a key that is computed, is listed as
// a whole. It errs on the side of too many.
func (t *Template) Influences(at Span) map[string]bool {
	f := &influence{Template: t, found: map[string]bool{}, sources: map[string][]any{}}
	for _, s := range t.body {
		f.collect(s)
	}
	for _, s := range t.body {
		f.along(s, at)
	}
	return f.found
}

type influence struct {
	*Template
	found map[string]bool
	// sources are the nodes that decide the value of a name the template binds.
	sources map[string][]any
}

// collect notes which nodes decide which names.
func (f *influence) collect(n any) {
	for _, name := range targetsOf(n) {
		f.sources[name] = append(f.sources[name], n)
	}
	switch n := n.(type) {
	case *macroStmt:
		f.sources[n.name] = append(f.sources[n.name], n)
		// A macro's parameters are what any call passes.
		for _, p := range n.params {
			f.sources[p.name] = append(f.sources[p.name], callsOf{n.name})
		}
	case *ifStmt:
		// What is assigned under a condition depends on it, too.
		children(n, func(part any) {
			for _, name := range targetsOf(part) {
				for _, test := range n.tests {
					f.sources[name] = append(f.sources[name], test)
				}
			}
		})
	}
	children(n, f.collect)
}

// callsOf stands for all calls of a macro.
type callsOf struct{ macro string }

// along follows the statements that lead to the span, with their conditions.
func (f *influence) along(s stmt, at Span) {
	span := s.span()
	if span.End <= at.Start || span.Start >= max(at.End, at.Start+1) {
		return
	}
	children(s, func(part any) {
		if isStatement(part) {
			f.along(part.(stmt), at)
			return
		}
		f.reads(part)
	})
}

func isStatement(n any) bool {
	switch n.(type) {
	case *dataStmt, *outputStmt, *forStmt, *ifStmt, *setStmt, *setBlock, *withStmt, *scopeStmt, *blockStmt, *macroStmt, *callStmt, *filterStmt:
		return true
	}
	return false
}

// reads adds what a node reads, and what that depends on.
func (f *influence) reads(n any) {
	e, _ := n.(expr)
	if p := path(e); p != "" {
		f.add(p)
		return
	}
	children(n, f.reads)
}

func (f *influence) add(path string) {
	if f.found[path] {
		return
	}
	f.found[path] = true
	root, _, _ := strings.Cut(path, ".")
	for _, source := range f.sources[root] {
		if calls, ok := source.(callsOf); ok {
			f.calls(calls.macro)
			continue
		}
		f.reads(source)
	}
}

// calls adds the arguments of all calls of a macro.
func (f *influence) calls(macro string) {
	var visit func(any)
	visit = func(n any) {
		if call, ok := n.(*callExpr); ok {
			if of, ok := call.of.(*nameExpr); ok && of.name == macro {
				for _, e := range call.args.all() {
					if e != nil {
						f.reads(e)
					}
				}
			}
		}
		children(n, visit)
	}
	for _, s := range f.body {
		visit(s)
	}
}
