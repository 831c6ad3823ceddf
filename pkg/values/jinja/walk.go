package jinja

import "slices"

// children calls visit for every direct part of a node that is read, in the
// order of the text; targets of assignments are not.
func children(n any, visit func(any)) {
	exprs := func(list ...expr) {
		for _, e := range list {
			if e != nil {
				visit(e)
			}
		}
	}
	switch n := n.(type) {
	case *listExpr:
		exprs(n.items...)
	case *tupleExpr:
		exprs(n.items...)
	case *dictExpr:
		for i := range n.keys {
			exprs(n.keys[i], n.values[i])
		}
	case *getAttr:
		exprs(n.of)
	case *getItem:
		exprs(n.of, n.key)
	case *sliceExpr:
		exprs(n.start, n.stop, n.step)
	case *callExpr:
		exprs(n.of)
		exprs(n.args.all()...)
	case *filterExpr:
		exprs(n.of)
		exprs(n.args.all()...)
	case *testExpr:
		exprs(n.of)
		exprs(n.args.all()...)
	case *unaryExpr:
		exprs(n.of)
	case *binaryExpr:
		exprs(n.left, n.right)
	case *concatExpr:
		exprs(n.parts...)
	case *compareExpr:
		exprs(n.first)
		exprs(n.rest...)
	case *condExpr:
		exprs(n.then, n.test, n.otherwise)
	default:
		statementChildren(n, exprs, visit)
	}
}

func statementChildren(n any, exprs func(...expr), visit func(any)) {
	body := func(list []stmt) {
		for _, s := range list {
			visit(s)
		}
	}
	switch n := n.(type) {
	case *outputStmt:
		exprs(n.exprs...)
	case *forStmt:
		exprs(n.iter, n.test)
		body(n.body)
		body(n.otherwise)
	case *ifStmt:
		for i, b := range n.bodies {
			if i < len(n.tests) {
				exprs(n.tests[i])
			}
			body(b)
		}
	case *setStmt:
		exprs(n.value)
	case *setBlock:
		exprs(n.filter)
		body(n.body)
	case *withStmt:
		exprs(n.values...)
		body(n.body)
	case *scopeStmt:
		body(n.body)
	case *blockStmt:
		body(n.body)
	case *macroStmt:
		exprs(n.defaults...)
		body(n.body)
	case *callStmt:
		exprs(n.call)
		exprs(n.defaults...)
		body(n.body)
	case *filterStmt:
		exprs(n.filter)
		body(n.body)
	}
}

// all are the expressions of all arguments.
func (a arguments) all() []expr {
	out := append([]expr{}, a.positional...)
	out = append(out, a.named...)
	return append(out, a.spread, a.spreadNamed)
}

// undeclared tells which of the names a body reads without having assigned them before.
func undeclared(body []stmt, names ...string) map[string]bool {
	found, assigned := map[string]bool{}, map[string]bool{}
	var visit func(any)
	visit = func(n any) {
		switch n := n.(type) {
		case *nameExpr:
			if slices.Contains(names, n.name) && !assigned[n.name] {
				found[n.name] = true
			}
		case *blockStmt:
		default:
			for _, name := range targetsOf(n) {
				assigned[name] = true
			}
			children(n, visit)
		}
	}
	for _, s := range body {
		visit(s)
	}
	return found
}

// targetsOf are the names that a statement itself assigns.
func targetsOf(n any) (names []string) {
	var collect func(expr)
	collect = func(e expr) {
		switch e := e.(type) {
		case *nameExpr:
			names = append(names, e.name)
		case *tupleExpr:
			for _, item := range e.items {
				collect(item)
			}
		}
	}
	switch n := n.(type) {
	case *forStmt:
		collect(n.target)
	case *setStmt:
		collect(n.target)
	case *setBlock:
		collect(n.target)
	case *withStmt:
		for _, t := range n.targets {
			collect(t)
		}
	case *macroStmt:
		for _, p := range n.params {
			names = append(names, p.name)
		}
	case *callStmt:
		for _, p := range n.params {
			names = append(names, p.name)
		}
	}
	return names
}
