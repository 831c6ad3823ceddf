package engine

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

// helmGrace is how long Helm may go on with a change of the release once its run
// is aborted: enough to apply what it has begun to apply, not to wait until
// everything is ready.
const helmGrace = 15 * time.Second

// AbortedError means that somebody ended the run for good.
type AbortedError struct {
	// Run is the run's ID.
	Run string
	// Abort says who, when and why.
	Abort v1.Abort
}

// Error says who ended the run, and what that means.
func (e *AbortedError) Error() string {
	return fmt.Sprintf("run %s was %s\nNothing more of it is started. What its actions did is not undone, and the next run starts from the beginning.", e.Run, abortWords(e.Abort))
}

// NotLetGoError means that an abort is recorded and that the engine at work has not
// let go of its run in time.
type NotLetGoError struct {
	// Run is the run's ID.
	Run string
	// Again is the command that finishes the abort.
	Again string
	// Locked says who has the lock.
	Locked *lock.TakenError
}

// Error names the engine and what to do about it.
func (e *NotLetGoError) Error() string {
	return fmt.Sprintf("run %s is recorded as aborted, and its engine %s, which began at %s, has not let go of it in time\nEnd that process where it runs; then finish the abort with: %s",
		e.Run, e.Locked.Holder, e.Locked.Since.UTC().Format(time.RFC3339), e.Again)
}

// Unwrap returns who has the lock.
func (e *NotLetGoError) Unwrap() error { return e.Locked }

// abortWords are "aborted by WHOM at TIME: REASON", as far as it is known.
func abortWords(abort v1.Abort) string {
	words := "aborted"
	if abort.By != "" {
		words += " by " + abort.By
	}
	words += " at " + abort.At.UTC().Format(time.RFC3339)
	if abort.Reason != "" {
		words += ": " + abort.Reason
	}
	return words
}

// abortOf is the error of a run that the record calls aborted; nil for any other.
func abortOf(run *v1.Run) *AbortedError {
	if run == nil || run.Phase != v1.RunAborted {
		return nil
	}
	aborted := &AbortedError{Run: run.ID}
	if run.Abort != nil {
		aborted.Abort = *run.Abort
	}
	return aborted
}

// abortNotice tells an engine at work that its run was aborted.
type abortNotice struct {
	seen atomic.Pointer[AbortedError]
	// end ends the engine's work.
	end context.CancelCauseFunc
}

// give takes notice once. The loop ends at its next turn; Helm, which may be at
// work, is given its time.
func (n *abortNotice) give(aborted *AbortedError) {
	if n.seen.CompareAndSwap(nil, aborted) {
		time.AfterFunc(helmGrace, func() { n.end(aborted) })
	}
}

// look takes notice of what the watch shows of the deployment.
func (r *run) look(deployment *v1.StyrminDeployment) {
	aborted := abortOf(deployment.Status.Run)
	if aborted == nil || aborted.Run != r.id {
		return
	}
	r.abort.give(aborted)
	r.watcher.signal()
}

// orAborted is the abort of the run that an engine has to do with when that is
// what stopped the engine, and else the error. Whatever else an engine meets
// when its run is aborted (a refused Job, a conflict) only follows from it.
func (e *Engine) orAborted(ctx context.Context, p *Prepared, known *v1.Run, err error) error {
	var aborted *AbortedError
	var failed *FailedError
	switch {
	case errors.As(err, &aborted):
		return aborted
	case err == nil, known == nil, known.Phase.Over(), errors.As(err, &failed), errors.Is(err, context.Canceled):
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), laterTimeout)
	defer cancel()
	now, readErr := e.getDeployment(ctx, p.Desired.Namespace, p.Desired.Name)
	if readErr != nil || now == nil {
		return err
	}
	if aborted = abortOf(now.Status.Run); aborted != nil && aborted.Run == known.ID {
		return aborted
	}
	return err
}
