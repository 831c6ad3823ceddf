package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// start creates the Jobs of the attempts that are due.
func (r *run) start(ctx context.Context, due []lifecycle.Start) error {
	for _, start := range due {
		if r.stillAlive(start.Action.Name) {
			continue // a pod of the attempt before is ending; the watch will say when
		}
		if err := r.startOne(ctx, start); err != nil {
			return err
		}
	}
	return nil
}

// stillAlive is true while a pod of an earlier attempt may still be at work (E2).
func (r *run) stillAlive(action string) bool {
	for _, object := range r.watcher.pods.List() {
		pod, ok := object.(*corev1.Pod)
		if !ok || pod.Labels[v1.LabelAction] != jobs.Slug(action) {
			continue
		}
		if pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
			return true
		}
	}
	return false
}

// startOne creates an attempt's Job. Its name is the attempt's, so a Job that
// exists already is this attempt, made by an engine that died before it could
// record it.
func (r *run) startOne(ctx context.Context, start lifecycle.Start) error {
	recorded, p := r.current(), r.prepared
	job := jobs.Build(jobs.Spec{
		Deployment:     r.status.deployment(),
		Instance:       p.Instance.Digest,
		InstanceName:   instance.Name(p.Desired.Name, p.Instance.Digest),
		TargetVersion:  recorded.Version,
		DriverVersion:  recorded.DriverVersion,
		Run:            recorded.ID,
		CurrentVersion: recorded.FromVersion,
		BaseRevision:   recorded.BaseRevision,
		Action:         start.Action,
		Attempt:        start.Attempt,
	})
	r.created[job.Name] = true
	_, err := r.engine.Kube.BatchV1().Jobs(job.Namespace).Create(ctx, job, metav1.CreateOptions{FieldManager: v1.FieldOwner})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create Job %s/%s for action %s: %w", job.Namespace, job.Name, start.Action.Name, err)
	}
	err = r.setAction(ctx, v1.ActionStatus{
		Name: start.Action.Name, Mode: start.Action.Mode, State: v1.ActionRunning,
		Attempt: start.Attempt, Job: job.Name, StartedAt: r.timestamp(),
	})
	if err != nil {
		return err
	}
	r.report(Event{Kind: ActionStarted, Mode: start.Action.Mode, Action: start.Action.Name, Attempt: start.Attempt})
	return nil
}

// changeRelease brings the Helm release to the run's target, unless it is there
// already: changed by an engine that died, or by another client that the gate let through.
func (r *run) changeRelease(ctx context.Context) error {
	p, recorded := r.prepared, r.current()
	name := p.Desired.ReleaseName()
	history, err := r.engine.Helm.History(ctx, name)
	if err != nil {
		return fmt.Errorf("read the history of Helm release %s/%s: %w", p.Desired.Namespace, name, err)
	}
	target, err := p.Instance.ForGate()
	if err != nil {
		return err
	}
	if revision := lifecycle.ReleaseAt(recorded.BaseRevision, target, history); revision > 0 {
		return r.releaseChanged(ctx, revision, HelmSkipped, 0)
	}
	if err := r.clearPending(ctx, history); err != nil {
		return err
	}
	r.report(Event{Kind: HelmStarted, Mode: v1.ModeCore, Message: fmt.Sprintf("%s, chart %s %s", name, p.Chart.Name, p.Chart.Version)})
	request := p.helmRequest()
	request.Labels = map[string]string{v1.LabelRun: recorded.ID, v1.LabelInstance: recorded.Instance}
	request.Description = fmt.Sprintf("styrmin run %s", recorded.ID)
	if request.PostRender, err = r.engine.keepStopped(ctx, p.Desired); err != nil {
		return err
	}
	began := r.engine.now()
	record, err := r.engine.Helm.Apply(ctx, request)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var held *helm.HeldError
	if errors.As(err, &held) {
		return err
	}
	if err != nil {
		r.helmErr = err
		r.report(Event{Kind: HelmFailed, Mode: v1.ModeCore, Elapsed: r.engine.now().Sub(began), Message: err.Error()})
		return nil
	}
	return r.releaseChanged(ctx, record.Revision, HelmSucceeded, r.engine.now().Sub(began))
}

// keepStopped sees to it that what the pre actions stopped stays stopped through
// the change of the release, until an action starts it.
func (e *Engine) keepStopped(ctx context.Context, desired *v1.StyrminDeployment) (func([]byte) ([]byte, error), error) {
	stopped, err := e.Components.ForRelease(desired.ReleaseName()).Stopped(ctx)
	if err != nil {
		return nil, err
	}
	return stopped.Keep, nil
}

// clearPending deals with a record that a dead client left pending, on which
// Helm refuses to work. Only our own run's is marked failed: we hold its lock,
// so nobody is at work on it. Anybody else's may be alive.
func (r *run) clearPending(ctx context.Context, history []release.Record) error {
	if len(history) == 0 {
		return nil
	}
	last, name := history[len(history)-1], r.prepared.Desired.ReleaseName()
	if !last.IsPending() {
		return nil
	}
	if last.Labels[v1.LabelRun] != r.current().ID {
		return &helm.HeldError{Message: fmt.Sprintf("revision %d of Helm release %s is %s: another client is changing it, or died while it did. Wait for it, or recover with `helm rollback %s -n %s`; then run the same command again",
			last.Revision, name, last.Status, name, r.prepared.Desired.Namespace)}
	}
	return r.engine.Helm.MarkFailed(ctx, name, last.Revision, "the styrmin client that made this change ended before Helm did")
}

// releaseChanged records that the release is at the run's target.
func (r *run) releaseChanged(ctx context.Context, revision int, kind EventKind, elapsed time.Duration) error {
	err := r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) { status.Run.Revision = revision })
	if err != nil {
		return err
	}
	r.report(Event{Kind: kind, Mode: v1.ModeCore, Elapsed: elapsed, Message: fmt.Sprintf("revision %d", revision)})
	return nil
}
