// Package python reads what a Python source file defines at module level,
// without Python and without running it.
package python

import (
	"fmt"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// Module is what a source file defines at module level, the blocks of
// module-level if, try, with, for and while included.
type Module struct {
	// Functions in the order of the source; a name may be defined twice.
	Functions []Function
	// Imports are the names bound by import statements.
	Imports []Import
	// Assignments are the names bound by simple assignments.
	Assignments []Assignment
	// Classes are the names of the classes.
	Classes []string
}

// Function is a def statement.
type Function struct {
	Name string
	// Position is that of the name.
	diagnostic.Position
	Async      bool
	Decorators []Decorator
	Parameters []Parameter
}

// Decorator is one @ line of a function.
type Decorator struct {
	diagnostic.Position
	// Name is the dotted name such as prefect.flow; empty when the expression is something else.
	Name string
	// Called tells @flow(…) from @flow.
	Called bool
}

// Kind is how a parameter is bound.
type Kind string

// The kinds of parameters, in the order in which they may appear.
const (
	PositionalOnly Kind = "positional-only"
	Positional     Kind = "positional"
	VarArgs        Kind = "*args"
	KeywordOnly    Kind = "keyword-only"
	KeywordArgs    Kind = "**kwargs"
)

// Parameter is one parameter of a function.
type Parameter struct {
	Name string
	diagnostic.Position
	Kind       Kind
	Annotated  bool
	HasDefault bool
}

// Import is a name that an import statement binds.
type Import struct {
	// Name is the bound name; "*" when all names of the module are.
	Name string
	// Module is what follows import or from, with leading dots.
	Module string
	// Member is what is imported from the module; empty for a plain import.
	Member string
}

// Assignment is NAME = EXPRESSION.
type Assignment struct {
	Name string
	// Callee is the dotted name that the expression calls; empty when it is no call.
	Callee string
}

// Function returns the function that the name means when the module is loaded:
// the last definition.
func (m *Module) Function(name string) (Function, bool) {
	for i := len(m.Functions) - 1; i >= 0; i-- {
		if m.Functions[i].Name == name {
			return m.Functions[i], true
		}
	}
	return Function{}, false
}

// SyntaxError is a place at which the source is not Python.
type SyntaxError struct {
	diagnostic.Position
	Message string
}

// Error formats the message with its line and column.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Parse reads the source. The error is a *SyntaxError; much that is not Python
// is not noticed.
func Parse(src string) (*Module, error) { return parse(src, false) }

// parse can also collect the functions inside of functions and classes.
func parse(src string, everywhere bool) (*Module, error) {
	tokens, err := scan(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, everywhere: everywhere, module: &Module{}}
	if err := p.run(); err != nil {
		return nil, err
	}
	return p.module, nil
}
