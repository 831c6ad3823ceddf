package engine

import (
	"errors"
	"fmt"
	"strings"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// FailedError means that the run stopped in a mode.
type FailedError struct {
	// Run is the run as recorded last.
	Run v1.Run
	// Namespace and Name are the deployment's.
	Namespace, Name string
	// Mode in which the run stopped.
	Mode v1.Mode
	// Actions that failed, with their errors.
	Actions []FailedAction
	// Helm is Helm's error when the release's change failed.
	Helm error
	// Bound is the run's own bound when it has passed it; else 0.
	Bound time.Duration
	// Stopped are the workloads that actions stopped and none has started again, each
	// with the count that is recorded for it; empty also when they could not be read.
	Stopped []string
	// Command resumes the run; whoever knows the command line fills it in.
	Command string
}

// FailedAction is one action's failure.
type FailedAction struct {
	Name, Message string
	// Lost is true for an action whose Job was deleted before its end.
	Lost bool
	// Attempt is the attempt that failed.
	Attempt int32
	// Output are the last lines that the attempt printed; empty when they are not known.
	Output string
}

const (
	// mostFailures bounds the failed actions that the message has in full.
	mostFailures = 5
	// mostNames bounds the actions that a line of the message names.
	mostNames = 8
	// mostOutput bounds what is repeated of an action's output in bytes.
	mostOutput = 1500
)

// Error says what failed, what has and has not happened, and what to do.
func (e *FailedError) Error() string {
	lines := []string{e.headline()}
	if e.Bound > 0 {
		lines = append(lines, fmt.Sprintf("It was not over after %s, the bound for the run (--run-timeout).", e.Bound))
	}
	if e.Helm != nil {
		lines = append(lines, fmt.Sprintf("The Helm release could not be changed: %v", e.Helm))
	}
	lines = append(lines, e.failures()...)
	lines = append(lines, e.consequences()...)
	return strings.Join(append(lines, e.next()...), "\n")
}

// headline says which run failed where.
func (e *FailedError) headline() string {
	if e.Run.ID == "" {
		return fmt.Sprintf("the run failed in %s", e.Mode)
	}
	return fmt.Sprintf("run %s of %s/%s failed in %s", e.Run.ID, e.Namespace, e.Name, e.Mode)
}

// failures tells of the actions that failed.
func (e *FailedError) failures() []string {
	var lines []string
	for _, action := range e.Actions[:min(len(e.Actions), mostFailures)] {
		lines = append(lines, action.lines()...)
	}
	if more := len(e.Actions) - mostFailures; more > 0 {
		lines = append(lines, fmt.Sprintf("%d more actions failed; `kubectl styrmin status %s -n %s` lists them.", more, e.Name, e.Namespace))
	}
	return lines
}

func (a FailedAction) lines() []string {
	what := "failed"
	if a.Lost {
		what = "was lost"
	}
	if a.Attempt > 1 {
		what += fmt.Sprintf(" (attempt %d)", a.Attempt)
	}
	message := strings.ReplaceAll(strings.TrimSpace(a.Message), "\n", "\n    ")
	lines := []string{fmt.Sprintf("Action %s %s: %s", a.Name, what, message)}
	if a.Output == "" {
		return lines
	}
	lines = append(lines, "  It printed last:")
	for line := range strings.SplitSeq(a.Output, "\n") {
		lines = append(lines, "  │ "+line)
	}
	return lines
}

// consequences say what has and has not happened.
func (e *FailedError) consequences() []string {
	lines := []string{e.release()}
	if done := e.named(v1.ActionSucceeded); done != "" {
		lines = append(lines, fmt.Sprintf("Succeeded, and not undone: %s.", done))
	}
	if due := e.named(v1.ActionPending, ""); due != "" {
		lines = append(lines, fmt.Sprintf("Not run: %s.", due))
	}
	if len(e.Stopped) > 0 {
		lines = append(lines, fmt.Sprintf("Stopped by actions, and not started again: %s.", strings.Join(e.Stopped, ", ")))
	}
	if len(e.Actions) > 0 {
		lines = append(lines, "What failed actions did before they failed is not undone.")
	}
	return lines
}

// release says what became of the Helm release.
func (e *FailedError) release() string {
	var failed *helm.FailedError
	switch {
	case e.Run.Revision > 0:
		return fmt.Sprintf("The Helm release has been changed and stays as it is, as revision %d.", e.Run.Revision)
	case e.Mode == v1.ModePre:
		return "The Helm release was not touched."
	case errors.As(e.Helm, &failed) && failed.RolledBackTo > 0:
		return fmt.Sprintf("The Helm release is rolled back: what revision %d had is deployed again.", failed.RolledBackTo)
	case errors.As(e.Helm, &failed):
		return fmt.Sprintf("Revision %d of the Helm release is recorded as failed, and what was applied of it stays: the application may be half way between the versions.", failed.Revision)
	case e.Helm != nil:
		return "The Helm release was not changed."
	default:
		return "The Helm release was not moved to the new version."
	}
}

// named lists the run's actions that are in one of some states.
func (e *FailedError) named(states ...v1.ActionState) string {
	var names []string
	for _, action := range e.Run.Actions {
		for _, state := range states {
			if action.State == state {
				names = append(names, action.Name)
			}
		}
	}
	if more := len(names) - mostNames; more > 0 {
		names = append(names[:mostNames], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// next says what to do.
func (e *FailedError) next() []string {
	if e.Name == "" {
		return nil
	}
	of := fmt.Sprintf("%s -n %s", e.Name, e.Namespace)
	var lines []string
	if len(e.Actions) > 0 {
		lines = append(lines, fmt.Sprintf("All that it printed: kubectl styrmin logs %s %s -n %s", e.Name, e.Actions[0].Name, e.Namespace))
	}
	if e.Command != "" {
		lines = append(lines, "When the cause is mended, resume with: "+e.Command)
	}
	return append(lines, "Or give the run up for good: kubectl styrmin abort "+of)
}

// summary says in one line what failed; it is what the record keeps.
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
