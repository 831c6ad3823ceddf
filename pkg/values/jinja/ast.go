package jinja

// expr is an expression; stmt is a statement or text.
type (
	expr interface{ span() Span }
	stmt interface{ span() Span }
)

func (s Span) span() Span { return s }

// Expressions.
type (
	constant struct {
		Span
		value any
	}
	nameExpr struct {
		Span
		name string
	}
	listExpr struct {
		Span
		items []expr
	}
	tupleExpr struct {
		Span
		items []expr
	}
	dictExpr struct {
		Span
		keys, values []expr
	}
	// getAttr is OF.NAME.
	getAttr struct {
		Span
		of     expr
		name   string
		nameAt Span
	}
	// getItem is OF[KEY] or OF.0.
	getItem struct {
		Span
		of, key expr
	}
	// sliceExpr is the key in OF[START:STOP:STEP]; absent parts are nil.
	sliceExpr struct {
		Span
		start, stop, step expr
	}
	callExpr struct {
		Span
		of   expr
		args arguments
	}
	// filterExpr is OF|NAME(ARGS); of is nil in a filter block.
	filterExpr struct {
		Span
		of     expr
		name   string
		nameAt Span
		args   arguments
	}
	// testExpr is OF is NAME(ARGS).
	testExpr struct {
		Span
		of     expr
		name   string
		nameAt Span
		args   arguments
	}
	unaryExpr struct {
		Span
		op string
		of expr
	}
	// binaryExpr has the operators of arithmetic, and, or.
	binaryExpr struct {
		Span
		op          string
		left, right expr
	}
	concatExpr struct {
		Span
		parts []expr
	}
	// compareExpr is a chain such as a < b < c.
	compareExpr struct {
		Span
		first expr
		ops   []string
		rest  []expr
	}
	// condExpr is THEN if TEST else OTHERWISE, which may be nil.
	condExpr struct {
		Span
		test, then, otherwise expr
	}
	// arguments are those of a call; spread and spreadNamed are nil unless given as * and **.
	arguments struct {
		positional          []expr
		names               []string
		named               []expr
		spread, spreadNamed expr
	}
)

// Targets of an assignment are nameExpr, tupleExpr of targets, and attrTarget.

// attrTarget is NAME.ATTRIBUTE on the left of an assignment.
type attrTarget struct {
	Span
	of   nameExpr
	name string
}

// Statements.
type (
	dataStmt struct {
		Span
		text string
	}
	outputStmt struct {
		Span
		exprs []expr
	}
	forStmt struct {
		Span
		target          expr
		iter            expr
		test            expr
		recursive       bool
		body, otherwise []stmt
	}
	// ifStmt has one body more than tests when there is an else.
	ifStmt struct {
		Span
		tests  []expr
		bodies [][]stmt
	}
	setStmt struct {
		Span
		target, value expr
	}
	// setBlock is a set whose value is what its body prints; filter may be nil.
	setBlock struct {
		Span
		target expr
		filter expr
		body   []stmt
	}
	withStmt struct {
		Span
		targets, values []expr
		body            []stmt
	}
	// scopeStmt is a body with a scope of its own.
	scopeStmt struct {
		Span
		body []stmt
	}
	blockStmt struct {
		Span
		name   string
		scoped bool
		body   []stmt
	}
	macroStmt struct {
		Span
		name string
		signature
		body []stmt
	}
	// callStmt calls with its body as the macro `caller`.
	callStmt struct {
		Span
		call *callExpr
		signature
		body []stmt
	}
	filterStmt struct {
		Span
		filter expr
		body   []stmt
	}
	// signature are a macro's parameters; the last len(defaults) have defaults.
	signature struct {
		params   []nameExpr
		defaults []expr
	}
)
