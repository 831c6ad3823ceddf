// Package python reads what a Python source file defines at module level,
// without Python and without running it.
package python

// Module is what a source file defines at module level.
type Module struct{}

// Parse reads the source. The error is a *SyntaxError.
func Parse(src string) (*Module, error) { return &Module{}, nil }
