package engine

import (
	"fmt"
	"strings"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

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

// FailedError means that the run stopped in a mode.
type FailedError struct {
	// Mode in which the run stopped.
	Mode v1.Mode
	// Actions that failed, with their errors.
	Actions []FailedAction
	// Helm is Helm's error when the release's change failed.
	Helm error
	// Bound is the run's own bound when it has passed it; else 0.
	Bound time.Duration
	// ReleaseChanged is true when the release is at the run's target.
	ReleaseChanged bool
}

// FailedAction is one action's failure.
type FailedAction struct {
	Name, Message string
}

// Error says what failed and what has and has not happened.
func (e *FailedError) Error() string {
	return e.summary() + "\n" + e.consequence()
}

// summary says in one line what failed.
func (e *FailedError) summary() string {
	var reasons []string
	if e.Bound > 0 {
		reasons = append(reasons, fmt.Sprintf("it was not over after %s, the bound for the run", e.Bound))
	}
	if e.Helm != nil {
		reasons = append(reasons, fmt.Sprintf("the Helm release could not be changed: %v", e.Helm))
	}
	for _, action := range e.Actions {
		reasons = append(reasons, fmt.Sprintf("action %s: %s", action.Name, action.Message))
	}
	return fmt.Sprintf("the run failed in %s: %s", e.Mode, strings.Join(reasons, "; "))
}

// Unwrap returns Helm's error.
func (e *FailedError) Unwrap() error { return e.Helm }

func (e *FailedError) consequence() string {
	switch {
	case e.Mode == v1.ModePre:
		return "The Helm release was not touched. What the actions did before they failed is not undone."
	case e.ReleaseChanged:
		return "The Helm release has been changed and stays as it is. What the actions did is not undone."
	default:
		return "The pre actions succeeded and are not undone; the Helm release is not at the new version."
	}
}
