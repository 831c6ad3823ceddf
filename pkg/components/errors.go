package components

import (
	"fmt"
	"strings"
)

// UnsupportedError says that something cannot be done in this cluster, or to
// this kind of object; nothing was done.
type UnsupportedError struct {
	// What cannot be done, why, and what can be done instead.
	What string
}

func (e *UnsupportedError) Error() string { return e.What }

// NoReadyPodError says that a component has no pod to run in.
type NoReadyPodError struct {
	Component Component
	Namespace string
	// Reasons are the states of the pods that there are; empty when there are none.
	Reasons []string
	cause   error
}

func (e *NoReadyPodError) Error() string {
	lines := []string{fmt.Sprintf("component %s: no ready pod with labels %s in namespace %s", e.Component.Name, e.Component.Selector(), e.Namespace)}
	if len(e.Reasons) == 0 {
		lines = append(lines, "there is no such pod at all: is the component stopped?")
	}
	return strings.Join(append(lines, e.Reasons...), "\n  ")
}

// Unwrap is why the wait for a pod ended.
func (e *NoReadyPodError) Unwrap() error { return e.cause }
