package engine

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// succeed records the end of a good run.
func (r *run) succeed(ctx context.Context) error {
	err := r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) {
		run := status.Run
		run.Phase, run.EndedAt, run.Message = v1.RunSucceeded, r.timestamp(), ""
		status.Active = &v1.ActiveInstance{
			Instance: run.Instance, Version: run.Version, DriverVersion: run.DriverVersion, Revision: run.Revision,
		}
		r.ready(status, metav1.ConditionTrue, "RunSucceeded", fmt.Sprintf("run %s (%s) succeeded", run.ID, run.Hook))
	})
	if err != nil {
		return err
	}
	r.report(Event{Kind: RunSucceeded, Elapsed: r.elapsed()})
	return nil
}

// fail records where and why the run stopped, and returns it as an error.
func (r *run) fail(ctx context.Context, decision lifecycle.Decision) error {
	desired := r.prepared.Desired
	failed := &FailedError{Namespace: desired.Namespace, Name: desired.Name, Mode: decision.Mode, Helm: r.helmErr}
	if r.overBound {
		failed.Bound = r.bound()
	}
	for _, name := range decision.FailedActions {
		failed.Actions = append(failed.Actions, r.failedAction(name))
	}
	err := r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) {
		status.Run.Phase, status.Run.EndedAt, status.Run.Message = v1.RunFailed, r.timestamp(), failed.summary()
		r.ready(status, metav1.ConditionFalse, "RunFailed", failed.summary())
	})
	if err != nil {
		return err
	}
	failed.Run, failed.Stopped = *r.current(), r.stopped(ctx)
	r.report(Event{Kind: RunFailed, Mode: decision.Mode, Elapsed: r.elapsed(), Message: failed.summary()})
	return failed
}

// failedAction is what is known of an action that failed.
func (r *run) failedAction(name string) FailedAction {
	for _, known := range r.current().Actions {
		if known.Name == name {
			return FailedAction{
				Name: name, Message: known.Message, Attempt: known.Attempt, Lost: known.State == v1.ActionLost,
				Output: r.logs.LastWords(known.Job, mostOutput),
			}
		}
	}
	return FailedAction{Name: name}
}

// stopped lists what actions stopped. It is for people: a run does not fail otherwise
// because it could not be read.
func (r *run) stopped(ctx context.Context) []string {
	stopped, err := r.engine.Components.ForRelease(r.prepared.Desired.ReleaseName()).Stopped(ctx)
	if err != nil {
		return nil
	}
	return stopped.Describe()
}

// underWay takes back that the deployment is ready: a run changes it. What comes of
// it is not known yet.
func (r *run) underWay(status *v1.StyrminDeploymentStatus) {
	r.ready(status, metav1.ConditionUnknown, "RunUnderWay", fmt.Sprintf("run %s (%s) is under way", status.Run.ID, status.Run.Hook))
}

// ready sets the condition Ready, which people wait for.
func (r *run) ready(status *v1.StyrminDeploymentStatus, state metav1.ConditionStatus, reason, message string) {
	setReady(status, r.status.stored.Generation, state, reason, message)
}

func setReady(status *v1.StyrminDeploymentStatus, generation int64, state metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&status.Conditions, metav1.Condition{
		Type: v1.ConditionReady, Status: state, Reason: reason, Message: message, ObservedGeneration: generation,
	})
}

func (r *run) elapsed() time.Duration { return r.engine.now().Sub(r.current().StartedAt.Time) }
