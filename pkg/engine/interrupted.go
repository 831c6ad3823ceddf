package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// InterruptedError means that the operator stopped the engine. The run stays resumable.
type InterruptedError struct {
	// Run is the run as recorded last.
	Run v1.Run
	// Command resumes the run; whoever knows the command line fills it in.
	Command string
	// CutHelm is true when Helm's change of the release was cut short.
	CutHelm bool
	// Err is why the context ended.
	Err error
}

// Error says how to go on, and what goes on by itself.
func (e *InterruptedError) Error() string {
	lines := []string{fmt.Sprintf("interrupted; run %s is not over, %s", e.Run.ID, resume(e.Command))}
	var atWork []string
	for _, action := range e.Run.Actions {
		if action.State == v1.ActionRunning {
			atWork = append(atWork, action.Name)
		}
	}
	switch len(atWork) {
	case 0:
		lines = append(lines, "No action is at work.")
	case 1:
		lines = append(lines, fmt.Sprintf("Action %s goes on in the cluster by itself; nothing more is started.", atWork[0]))
	default:
		lines = append(lines, fmt.Sprintf("Actions %s go on in the cluster by themselves; nothing more is started.", strings.Join(atWork, ", ")))
	}
	if e.CutHelm {
		lines = append(lines, "The change of the Helm release was cut short; the resumed run makes it again.")
	}
	return strings.Join(lines, "\n")
}

// resume says how to go on with a run, by a command if one is known.
func resume(command string) string {
	if command == "" {
		return "run the same command again"
	}
	return "resume it with: " + command
}

// Unwrap returns why the context ended.
func (e *InterruptedError) Unwrap() error { return e.Err }

// orInterrupted is an InterruptedError when a run's engine stopped because its
// context ended, and else the error.
func (r *run) orInterrupted(ctx context.Context, err error) error {
	var aborted *AbortedError
	var failed *FailedError
	var held *helm.HeldError
	if err == nil || ctx.Err() == nil || errors.As(err, &aborted) || errors.As(err, &failed) || errors.As(err, &held) {
		return err
	}
	return &InterruptedError{Run: *r.current(), CutHelm: r.cutHelm, Err: context.Cause(ctx)}
}
