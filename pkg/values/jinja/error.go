package jinja

import "fmt"

// Error is a problem of a template. Its message shows names and types, and never a value.
type Error struct {
	// Position is where in the template; zero when that is unknown.
	Position
	// Span is the same in bytes.
	Span    Span
	Message string
	// Help says what to do; may be empty.
	Help string
}

// Error formats LINE:COLUMN: MESSAGE.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

func (s *source) err(at Span, help, format string, args ...any) *Error {
	return &Error{Position: s.position(at), Span: at, Message: fmt.Sprintf(format, args...), Help: help}
}

// catch turns the package's own panic, by which parsing and rendering end early, into an error.
func catch(err *error) {
	switch p := recover().(type) {
	case nil:
	case *Error:
		*err = p
	default:
		panic(p)
	}
}
