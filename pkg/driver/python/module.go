// Package python reads what Python source files bind and call, without Python
// and without running them. It accepts what CPython 3.10 and newer accept, and
// refuses what none of them parses.
package python

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// Module is a source file.
type Module struct {
	*Scope
	// Encoding is what the file claims to be encoded in; nil when it claims
	// nothing, or UTF-8.
	Encoding *Encoding
}

// Encoding is the claim of a line such as `# -*- coding: latin-1 -*-`.
type Encoding struct {
	Name string
	// Position is that of the name.
	diagnostic.Position
	// Misread tells that the file holds characters that are read otherwise in
	// this encoding than in UTF-8.
	Misread bool
}

// ScopeKind tells scopes apart.
type ScopeKind int

// The kinds of scopes.
const (
	ModuleScope ScopeKind = iota
	FunctionScope
	ClassScope
	LambdaScope
	ComprehensionScope
)

// Scope is a region of the source with names of its own: a module, the body of
// a function or a class, a lambda, a comprehension.
type Scope struct {
	Kind ScopeKind
	// Parent is the scope around this one; nil for a module.
	Parent *Scope
	// Function is set in a function's scope.
	Function *Function
	// Bindings are in the order of the source. A name may be bound many times.
	Bindings []Binding
	// Calls are in the order in which they end.
	Calls []*Call
	// Inner are the lambdas and comprehensions in the scope. Functions and
	// classes are found through the bindings.
	Inner []*Scope
}

// When tells whether a statement is run when its scope is.
type When int

// The answers, in the order of how far they are from being run.
const (
	Always When = iota
	// Sometimes: in a block that may be skipped, such as that of an if.
	Sometimes
	// TypeChecking: in `if TYPE_CHECKING:`, which type checkers alone see.
	TypeChecking
	// AsProgram: in `if __name__ == "__main__":`, not run when the file is imported.
	AsProgram
)

// Binding is one of the ways in which a scope gives a meaning to a name.
type Binding struct {
	Name string
	// Position is that of the name.
	diagnostic.Position
	When When
	// What the name means: at most one of these is set. None is, or a Value of
	// kind Other, when it cannot be told.
	Function *Function
	Class    *Class
	Import   *Import
	Value    *Expression
	// Parameter tells a parameter of the function.
	Parameter bool
	// Unbound tells `del`: the name has no meaning any more.
	Unbound bool
}

// Function is a def statement.
type Function struct {
	Name string
	// Position is that of the name.
	diagnostic.Position
	Async bool
	// Generator tells that the body has a yield.
	Generator  bool
	Decorators []Expression
	Parameters []Parameter
	Body       *Scope
}

// Class is a class statement.
type Class struct {
	Name string
	// Position is that of the name.
	diagnostic.Position
	Body *Scope
}

// ParameterKind is how a parameter is bound.
type ParameterKind string

// The kinds of parameters, in the order in which they may appear.
const (
	PositionalOnly ParameterKind = "positional-only"
	Positional     ParameterKind = "positional"
	VarArgs        ParameterKind = "*args"
	KeywordOnly    ParameterKind = "keyword-only"
	KeywordArgs    ParameterKind = "**kwargs"
)

// Parameter is one parameter of a function.
type Parameter struct {
	Name string
	// Position is that of the name.
	diagnostic.Position
	Kind       ParameterKind
	Annotated  bool
	HasDefault bool
}

// Import is what an import statement gives to a name.
type Import struct {
	// Module is what follows import or from, with leading dots.
	Module string
	// Member is what is imported from the module: "*" for all names, empty for
	// the module itself.
	Member string
	// From is the position of the module's name.
	From diagnostic.Position
}

// ExpressionKind tells expressions apart.
type ExpressionKind int

// The kinds of expressions that are looked into.
const (
	// Other is every other expression.
	Other ExpressionKind = iota
	// Path is a name, followed by attributes and calls: prefect.flow, flow().
	Path
	// String is a string; Text is its value.
	String
	// Template is a string with parts that are known at run time only; they are
	// "{}" in Text.
	Template
	// List is a list, a tuple or a set, of Items.
	List
	// Starred is *NAME among items or arguments; Items has what follows the star.
	Starred
)

// Expression is what is known of an expression without running it.
type Expression struct {
	diagnostic.Position
	Kind ExpressionKind
	// Text is a string's value, or a path with its calls' arguments left out:
	// tasks.stop().submit().
	Text string
	// Items are the first maxItems of a list.
	Items []Expression
	// Call is set when a path ends in a call.
	Call *Call
}

// Call is a call of a path.
type Call struct {
	// Position is that of what is called.
	diagnostic.Position
	// Path is what is called; without the parentheses of this call.
	Path      string
	Arguments []Argument
	// When tells whether the call's statement is run when its scope is.
	When When
	// Awaited tells `await CALL`.
	Awaited bool
	// Dropped tells a call that is a statement of its own.
	Dropped bool
}

// Argument is one argument of a call.
type Argument struct {
	// Name is a keyword's; "*" and "**" stand before what is unpacked.
	Name string
	// At is the position of the name, or that of the value when there is none.
	At    diagnostic.Position
	Value Expression
}

// Bounds of what is kept of a file that nobody wrote by hand.
const (
	maxItems = 1000
	maxPath  = 200
)
