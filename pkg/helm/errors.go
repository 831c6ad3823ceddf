package helm

// HeldError is a change of a release that Styrmin's gate refused. Nothing was changed.
type HeldError struct {
	// Message is the gate's own.
	Message string
}

// Error is the gate's message.
func (e *HeldError) Error() string { return e.Message }
