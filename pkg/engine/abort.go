package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// AbortRequest says whose run to end for good, and why.
type AbortRequest struct {
	Namespace, Name string
	// Reason is recorded; it may be empty.
	Reason string
	// Timeout bounds the wait until the engine at work and the actions have stopped.
	Timeout time.Duration
}

// AbortOutcome is what is left of an aborted run.
type AbortOutcome struct {
	// Run is the run as recorded.
	Run v1.Run
	// Joined is true when somebody else had recorded the abort already, and this
	// one finished it.
	Joined bool
	// Release says what the run left of the Helm release.
	Release ReleaseLeft
}

// ReleaseLeft is what an aborted run left of the Helm release.
type ReleaseLeft string

const (
	// ReleaseUntouched: the run made no revision.
	ReleaseUntouched ReleaseLeft = "Untouched"
	// ReleaseChanged: the release is at the run's target.
	ReleaseChanged ReleaseLeft = "Changed"
	// ReleaseHalfWay: the change was begun and did not end well.
	ReleaseHalfWay ReleaseLeft = "HalfWay"
)

// Abort ends a deployment's unfinished run for good: it records who wants it and
// why, makes the engine at work let go, and ends the actions that are at work.
// When it returns without an error nothing of the run is at work. It does not take
// the lock from a live engine: the record makes that one stop (see look), and what
// the API server has accepted first, the abort or the success, holds.
//
// It returns a *RefusedError when there is nothing to abort, and an error that is a
// *lock.TakenError when the engine did not let go in time. The abort is recorded then
// all the same, and asking again goes on with it.
func (e *Engine) Abort(ctx context.Context, request AbortRequest) (AbortOutcome, error) {
	deployment, joined, err := e.recordAbort(ctx, request)
	if err != nil {
		return AbortOutcome{}, err
	}
	a := newAborter(e, deployment)
	e.Reporter.Report(Event{Kind: RunAborted, Time: e.now(), Run: *a.run, Message: abortWords(*a.run.Abort)})
	bounded, cancel := context.WithTimeoutCause(ctx, request.Timeout, errAbortTimeout)
	defer cancel()
	outcome, err := a.carryOut(bounded)
	outcome.Joined = joined
	return outcome, err
}

// errAbortTimeout ends the wait for what an aborted run left at work.
var errAbortTimeout = errors.New("it took too long")

// abortBackoff outlasts an engine that writes the status every few milliseconds.
var abortBackoff = wait.Backoff{Duration: 5 * time.Millisecond, Factor: 1.3, Jitter: 0.5, Steps: 20, Cap: time.Second}

// recordAbort writes the abort down, unless the run is over by the time the API
// server takes it. joined is true for an abort of somebody else's that is not carried out yet.
func (e *Engine) recordAbort(ctx context.Context, request AbortRequest) (deployment *v1.StyrminDeployment, joined bool, err error) {
	by := e.WhoAmI(ctx)
	err = retry.OnError(abortBackoff, apierrors.IsConflict, func() error {
		if deployment, err = e.getDeployment(ctx, request.Namespace, request.Name); err != nil {
			return err
		}
		if joined, err = e.abortable(ctx, request, deployment); joined || err != nil {
			return err
		}
		e.abortStatus(deployment, v1.Abort{By: by, At: metav1.NewTime(e.now()), Reason: request.Reason})
		return e.Client.Status().Update(ctx, deployment)
	})
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		return nil, false, refused
	}
	if err != nil {
		return nil, false, fmt.Errorf("record the abort in StyrminDeployment %s/%s: %w", request.Namespace, request.Name, err)
	}
	if !joined {
		event := Event{Kind: RunAborted, Time: e.now(), Run: *deployment.Status.Run, Message: abortWords(*deployment.Status.Run.Abort)}
		e.event(ctx, deployment, corev1.EventTypeWarning, event, eventMessage(event))
	}
	return deployment, joined, nil
}

// abortable refuses when there is no run to abort.
func (e *Engine) abortable(ctx context.Context, request AbortRequest, deployment *v1.StyrminDeployment) (joined bool, err error) {
	name := request.Namespace + "/" + request.Name
	switch {
	case deployment == nil:
		return false, &RefusedError{
			What: fmt.Sprintf("no StyrminDeployment %s in namespace %s", request.Name, request.Namespace),
			Next: fmt.Sprintf("`kubectl styrmin status -n %s` lists those there are.", request.Namespace),
		}
	case deployment.Status.Run == nil:
		return false, &RefusedError{What: fmt.Sprintf("StyrminDeployment %s has had no run, so there is none to abort", name), Next: "Nothing was changed."}
	}
	run := deployment.Status.Run
	switch run.Phase {
	case v1.RunSucceeded:
		return false, &RefusedError{
			What: fmt.Sprintf("run %s of StyrminDeployment %s is over: it succeeded", run.ID, name),
			Next: fmt.Sprintf("Nothing was changed. `kubectl styrmin status %s -n %s` shows what is deployed.", request.Name, request.Namespace),
		}
	case v1.RunAborted:
		return e.stillAborting(ctx, deployment)
	}
	return false, nil
}

// stillAborting is true while something of an aborted run is at work, or recorded
// as if it were; else the run is over.
func (e *Engine) stillAborting(ctx context.Context, deployment *v1.StyrminDeployment) (bool, error) {
	run := deployment.Status.Run
	for _, action := range run.Actions {
		if action.State == v1.ActionRunning {
			return true, nil
		}
	}
	left, err := e.atWork(ctx, deployment, run.ID)
	if err != nil || len(left) > 0 {
		return true, err
	}
	return false, &RefusedError{
		What: fmt.Sprintf("run %s of StyrminDeployment %s/%s is over: it was %s", run.ID, deployment.Namespace, deployment.Name, abortWords(abortOf(run).Abort)),
		Next: "Nothing was changed. The next run starts from the beginning.",
	}
}

// abortStatus is the record of an abort.
func (e *Engine) abortStatus(deployment *v1.StyrminDeployment, abort v1.Abort) {
	run, words := deployment.Status.Run, abortWords(abort)
	setReady(&deployment.Status, deployment.Generation, metav1.ConditionFalse, "RunAborted", fmt.Sprintf("run %s was %s", run.ID, words))
	if run.Phase == v1.RunFailed {
		words += "; before that, " + run.Message
	}
	run.Phase, run.PausedAfter, run.Abort, run.EndedAt, run.Message = v1.RunAborted, "", &abort, &abort.At, words
}
