package helm

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What can be wrong before anything was changed. Apply's errors match one of them by errors.Is,
// or are a HeldError, a PendingError or a FailedError.
var (
	// ErrChartNotFound is a chart that is not where its reference says.
	ErrChartNotFound = errors.New("not found")
	// ErrChartVersion is a chart that is there in other versions only; it is an ErrChartNotFound.
	ErrChartVersion = fmt.Errorf("%w in this version", ErrChartNotFound)
	// ErrChartInvalid is a chart that is there and cannot be used.
	ErrChartInvalid = errors.New("not usable")
	// ErrUnverified is a chart that is not signed by any of the keys that were asked for.
	ErrUnverified = errors.New("provenance not verified")
	// ErrRender is a chart that does not render with the values given.
	ErrRender = errors.New("chart does not render")
	// ErrUnreachable is a cluster or registry that does not answer.
	ErrUnreachable = errors.New("unreachable")
	// ErrNotReady is a release whose resources were not ready in time; a FailedError wraps it.
	ErrNotReady = errors.New("not ready in time")
)

// ChartError is a chart that cannot be loaded.
type ChartError struct {
	// Location is where it was looked for.
	Location string
	// Err is an ErrChartNotFound, ErrChartInvalid, ErrUnverified or ErrUnreachable, or the context's error.
	Err error
}

// Error names the location.
func (e *ChartError) Error() string { return fmt.Sprintf("chart %s: %v", e.Location, e.Err) }

// Unwrap gives the reason.
func (e *ChartError) Unwrap() error { return e.Err }

// HeldError is a change of a release that Styrmin's gate refused. Of the release nothing was
// changed; CRDs in the chart's crds/ were installed before, as Helm does.
type HeldError struct {
	// Message is the gate's own.
	Message string
}

// Error is the gate's message.
func (e *HeldError) Error() string { return e.Message }

// PendingError is a release that some client is at work on, or was when it died.
type PendingError struct {
	Namespace, Release string
	Revision           int
	Status             string
	// Since is when the client began, by its own clock; zero when that is not known.
	Since time.Time
	// By is the client's name as the API server knows it; empty when that is not known.
	By string
	// CanForget is true when the command that was refused takes --forget-pending.
	CanForget bool
}

// Error says what is known of it, and how to go on.
func (e *PendingError) Error() string {
	since, by := "", "another client"
	if !e.Since.IsZero() {
		since = " since " + e.Since.UTC().Format(time.RFC3339)
	}
	if e.By != "" {
		by += fmt.Sprintf(" (%s)", e.By)
	}
	return fmt.Sprintf("revision %d of Helm release %s/%s is %s%s: %s is changing it, or died while it did\n%s",
		e.Revision, e.Namespace, e.Release, e.Status, since, by, e.next())
}

func (e *PendingError) next() string {
	next := "Wait for it, and run the same command again. When you know that nobody is at work on it any more, "
	if e.CanForget {
		return next + fmt.Sprintf("give the command --forget-pending %d, which removes its record and goes on; or end it with: %s", e.Revision, e.End())
	}
	return next + "end it with: " + e.End()
}

// End is the command that ends the change: there is nothing to roll the first one back to.
func (e *PendingError) End() string {
	verb := "rollback"
	if e.Revision == 1 {
		verb = "uninstall"
	}
	return fmt.Sprintf("helm %s %s -n %s", verb, e.Release, e.Namespace)
}

// FailedError is a change that was recorded as a revision and then failed. An error of Apply that
// is no FailedError left the release as it was.
type FailedError struct {
	Release  string
	Revision int
	// Reasons are what Request.Explain said.
	Reasons []string
	// RolledBackTo is the revision that was restored, or 0.
	RolledBackTo int
	// RollbackErr is why a rollback that was asked for did not happen.
	RollbackErr error
	// Err is the failure.
	Err error
}

// Error tells the failure and what became of a rollback; the reasons follow, on lines of their own.
func (e *FailedError) Error() string {
	msg := fmt.Sprintf("release %q revision %d failed: %v", e.Release, e.Revision, e.Err)
	switch {
	case e.RollbackErr != nil:
		msg = fmt.Sprintf("%s; it was not rolled back: %v", msg, e.RollbackErr)
	case e.RolledBackTo > 0:
		msg = fmt.Sprintf("%s; rolled back to revision %d", msg, e.RolledBackTo)
	}
	return strings.Join(append([]string{msg}, e.Reasons...), "\n  ")
}

// Unwrap gives the failure, not the rollback's error: a held rollback is no held change.
func (e *FailedError) Unwrap() error { return e.Err }
