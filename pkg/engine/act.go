package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// start creates the Jobs of the attempts that are due.
func (r *run) start(ctx context.Context, due []lifecycle.Start) error {
	for _, start := range due {
		waiting, err := r.waitsForPod(start)
		if err != nil {
			return err
		}
		if waiting {
			continue // the watch will say when the pod has ended
		}
		if err := r.startOne(ctx, start); err != nil {
			return err
		}
	}
	return nil
}

// waitsForPod is true while a pod of an earlier attempt may still be at work
// (E2). It says so, and gives up after as long as an attempt may take (E5): a
// pod on a node that is gone ends only when somebody deletes it.
func (r *run) waitsForPod(start lifecycle.Start) (bool, error) {
	name := start.Action.Name
	pod := r.stillAlive(name)
	if pod == nil {
		delete(r.blocked, name)
		return false, nil
	}
	why := fmt.Sprintf("pod %s of an earlier attempt has not ended", pod.Name)
	if r.told.first(pod.Name, why) {
		r.report(Event{Kind: ActionWaiting, Mode: start.Action.Mode, Action: name, Attempt: start.Attempt, Message: why})
	}
	if _, known := r.blocked[name]; !known {
		r.blocked[name] = r.engine.now()
	}
	limit := overdue(jobs.Settings(r.prepared.Desired, name).TimeoutSeconds)
	if r.engine.now().Sub(r.blocked[name]) < limit {
		return true, nil
	}
	return true, fmt.Errorf("action %s: %s within %s, so its next attempt cannot start; when you know that it is dead, delete it with `kubectl delete pod %s -n %s --force` and run the same command again",
		name, why, limit, pod.Name, pod.Namespace)
}

// stillAlive returns a pod of an action that has not ended; nil when there is none.
func (r *run) stillAlive(action string) *corev1.Pod {
	for _, object := range r.watcher.pods.List() {
		pod, ok := object.(*corev1.Pod)
		if !ok || pod.Labels[v1.LabelAction] != jobs.Slug(action) {
			continue
		}
		if pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
			return pod
		}
	}
	return nil
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
	if err := r.create(ctx, job, start); err != nil {
		return err
	}
	err := r.setAction(ctx, v1.ActionStatus{
		Name: start.Action.Name, Mode: start.Action.Mode, State: v1.ActionRunning,
		Attempt: start.Attempt, Job: job.Name, StartedAt: r.timestamp(),
	})
	if err != nil {
		return err
	}
	r.report(Event{Kind: ActionStarted, Mode: start.Action.Mode, Action: start.Action.Name, Attempt: start.Attempt})
	return nil
}

// create creates an attempt's Job, or makes sure that the one that exists is this attempt.
func (r *run) create(ctx context.Context, job *batchv1.Job, start lifecycle.Start) error {
	client := r.engine.Kube.BatchV1().Jobs(job.Namespace)
	_, err := client.Create(ctx, job, metav1.CreateOptions{FieldManager: v1.FieldOwner})
	if err == nil {
		return nil
	}
	if !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create Job %s/%s for action %s: %w", job.Namespace, job.Name, start.Action.Name, err)
	}
	existing, err := client.Get(ctx, job.Name, metav1.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("read Job %s/%s for action %s: %w", job.Namespace, job.Name, start.Action.Name, err)
	}
	if err == nil && !r.isAttempt(existing, start.Action.Name) {
		return fmt.Errorf("Job %s/%s exists and is no attempt of action %s in run %s; delete it with `kubectl delete job %s -n %s` and run the same command again",
			job.Namespace, job.Name, start.Action.Name, r.current().ID, job.Name, job.Namespace)
	}
	return nil // one that went meanwhile will be seen as lost
}

// isAttempt is true for a Job that says it is an attempt of the action in this run.
func (r *run) isAttempt(job *batchv1.Job, action string) bool {
	evidence, err := jobs.Read(job)
	return err == nil && evidence.Run == r.current().ID && evidence.Action == action
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
	if pending := r.engine.PendingElsewhere(ctx, r.status.deployment(), history); pending != nil {
		pending.CanForget = true
		return pending
	}
	r.report(Event{Kind: HelmStarted, Mode: v1.ModeCore, Message: fmt.Sprintf("%s, chart %s %s", name, p.Chart.Name, p.Chart.Version)})
	request, err := r.change(ctx, lifecycle.Newest(history)+1)
	if err != nil {
		return err
	}
	began := r.engine.now()
	record, err := r.engine.Helm.Apply(ctx, request)
	if ctx.Err() != nil {
		r.cutHelm = true
		return context.Cause(ctx)
	}
	if notMade(err) || clusterFailed(err) {
		return err
	}
	if err != nil {
		return r.releaseFailed(ctx, err, r.engine.now().Sub(began))
	}
	return r.releaseChanged(ctx, record.Revision, HelmSucceeded, r.engine.now().Sub(began))
}

// change is what Helm is asked for: the release at the run's target, as a revision that bears the run's name.
func (r *run) change(ctx context.Context, revision int) (helm.Request, error) {
	recorded, request := r.current(), r.prepared.HelmRequest()
	request.Labels = map[string]string{
		v1.LabelRun:      recorded.ID,
		v1.LabelInstance: recorded.Instance,
		v1.LabelRevision: strconv.Itoa(revision),
	}
	request.Description = fmt.Sprintf("styrmin run %s", recorded.ID)
	request.Explain = r.unready
	var err error
	request.PostRender, err = r.engine.keepStopped(ctx, r.prepared.Desired)
	return request, err
}

// clusterFailed is true when it was not the change of the release that failed, but
// the API server in the middle of it, and nobody has taken the change back: it can
// be made again. To wait in vain until everything is ready is a failure of the change.
func clusterFailed(err error) bool {
	var failed *helm.FailedError
	rolledBack := errors.As(err, &failed) && failed.RolledBackTo > 0
	return err != nil && !rolledBack && !errors.Is(err, context.DeadlineExceeded) && transient(err)
}

// notMade is true when Helm did not fail at the change, but was not let to make it: it is held, or
// another client is at work.
func notMade(err error) bool {
	var held *helm.HeldError
	var pending *helm.PendingError
	return errors.As(err, &held) || errors.As(err, &pending)
}

// orHeld tells when a change was not made.
func (r *run) orHeld(err error) error {
	if notMade(err) {
		r.report(Event{Kind: HelmHeld, Mode: v1.ModeCore, Message: err.Error()})
	}
	return err
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

// releaseChanged records that the release is at the run's target.
func (r *run) releaseChanged(ctx context.Context, revision int, kind EventKind, elapsed time.Duration) error {
	err := r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) { status.Run.Revision = revision })
	if err != nil {
		return err
	}
	r.report(Event{Kind: kind, Mode: v1.ModeCore, Elapsed: elapsed, Message: fmt.Sprintf("revision %d", revision)})
	return nil
}
