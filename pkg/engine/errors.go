package engine

// RefusedError means that the request cannot be carried out as it stands and
// that nothing was changed: the operator has to ask for something else.
type RefusedError struct {
	// What is wrong.
	What string
	// Next is what to do.
	Next string
}

// Error says what is wrong and what to do.
func (e *RefusedError) Error() string { return e.What + "\n" + e.Next }
