package engine

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/output"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// settle records, under the lock, what became of the actions and of the release.
func (a *aborter) settle(ctx context.Context) (AbortOutcome, error) {
	outcome := AbortOutcome{Run: *a.run}
	revision, left, err := a.releaseLeft(ctx)
	if err != nil {
		return outcome, err
	}
	outcome.Release = left
	var stopped []v1.ActionStatus
	err = retry.RetryOnConflict(abortBackoff, func() error {
		now, err := a.engine.getDeployment(ctx, a.deployment.Namespace, a.deployment.Name)
		if err != nil || now == nil || now.Status.Run == nil || now.Status.Run.ID != a.run.ID {
			return err // it is history
		}
		stopped = a.settleActions(ctx, now.Status.Run)
		now.Status.Run.Revision = max(now.Status.Run.Revision, revision)
		outcome.Run = *now.Status.Run
		return a.engine.Client.Status().Update(ctx, now)
	})
	if err != nil {
		return outcome, fmt.Errorf("record what became of run %s in StyrminDeployment %s/%s: %w", a.run.ID, a.deployment.Namespace, a.deployment.Name, err)
	}
	for _, action := range stopped {
		a.finished(ctx, action)
	}
	return outcome, nil
}

// finished reports what became of an action that was at work, and keeps the end of its output.
func (a *aborter) finished(ctx context.Context, action v1.ActionStatus) {
	a.logs.Drain(ctx, action.Job)
	_ = output.Store(ctx, a.engine.Kube, a.deployment, a.run.ID, action.Job, a.logs.Ends(action.Job))
	event := transition(action)
	a.report(event)
	event.Time, event.Run = a.engine.now(), *a.run
	a.engine.event(ctx, a.deployment, eventType[event.Kind], event, eventMessage(event))
}

// settleActions brings the record of the actions that were at work to their
// end, and returns those.
func (a *aborter) settleActions(ctx context.Context, run *v1.Run) (settled []v1.ActionStatus) {
	for i := range run.Actions {
		action := &run.Actions[i]
		// Its engine may have died before it recorded the attempt.
		if seen, ok := a.seen[action.Name]; ok && seen.number >= action.Attempt {
			action.Attempt, action.Job, action.State = seen.number, seen.job.Name, v1.ActionRunning
			action.StartedAt = seen.job.CreationTimestamp.DeepCopy()
		}
		if action.State == v1.ActionRunning {
			a.settleAction(ctx, action)
			settled = append(settled, *action)
		}
	}
	return settled
}

// settleAction takes what the Job says when it ended by itself, and else that it was stopped.
func (a *aborter) settleAction(ctx context.Context, action *v1.ActionStatus) {
	now := metav1.NewTime(a.engine.now())
	action.State, action.EndedAt, action.Message = v1.ActionLost, &now, "it was stopped, because the run was aborted"
	job, err := a.engine.Kube.BatchV1().Jobs(a.deployment.Namespace).Get(ctx, action.Job, metav1.GetOptions{})
	if err != nil {
		return
	}
	if ended := jobs.EndOf(job); ended != nil {
		action.State, action.EndedAt, action.Message = jobs.StateOf(job), ended, jobs.FailureOf(job)
	}
}

// releaseLeft finds the newest revision that the run made. One that its engine
// died in is forgotten, as the next run would do: under the lock nobody is at work on it.
func (a *aborter) releaseLeft(ctx context.Context) (revision int, left ReleaseLeft, err error) {
	name := a.deployment.ReleaseName()
	revisions, err := a.engine.Helm.History(ctx, name)
	if err != nil {
		return 0, "", fmt.Errorf("read the history of Helm release %s/%s: %w", a.deployment.Namespace, name, err)
	}
	last := lastOf(revisions, a.run.ID)
	switch {
	case a.run.Revision > 0:
		return a.run.Revision, ReleaseChanged, nil
	case last == nil || last.Revision <= a.run.BaseRevision || !ours(*last, a.deployment.Status):
		return 0, ReleaseUntouched, nil
	case last.IsPending() && last.Revision == lifecycle.Newest(revisions):
		return 0, ReleaseHalfWay, a.engine.Helm.Forget(ctx, name, last.Revision)
	case last.Status == release.StatusDeployed || last.Status == release.StatusSuperseded:
		return last.Revision, ReleaseChanged, nil
	}
	return 0, ReleaseHalfWay, nil
}

// lastOf is the newest revision that bears a run's label; nil for none.
func lastOf(revisions []release.Record, run string) *release.Record {
	for i := len(revisions) - 1; i >= 0; i-- {
		if revisions[i].Labels[v1.LabelRun] == run {
			return &revisions[i]
		}
	}
	return nil
}
