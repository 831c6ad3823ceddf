package engine

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// overdueAfter is how long after a Job's own deadline the Job controller has to
// end it. The deadline itself is the Job's (E5); this one only notices that the
// cluster does not keep it.
const overdueAfter = 2 * time.Minute

// state is what is known of the run, for lifecycle.Next.
func (r *run) state() lifecycle.State {
	recorded := r.current()
	state := lifecycle.State{
		Stages:     r.stages,
		Attempts:   map[string]lifecycle.Attempt{},
		Before:     r.before,
		HelmAsked:  r.helmAsked(),
		HelmDone:   recorded.Revision > 0,
		HelmFailed: r.helmErr != nil,
		Aborted:    r.abort.seen.Load() != nil,
	}
	for _, action := range recorded.Actions {
		state.Attempts[action.Name] = lifecycle.Attempt{Number: action.Attempt, State: action.State}
	}
	return state
}

// observe brings the recorded states up to what the Jobs say. A success that
// was recorded stays: it is not run again, whatever became of its Job (E2).
func (r *run) observe(ctx context.Context) error {
	newest := r.newestJobs()
	var changed []v1.ActionStatus
	for _, known := range r.current().Actions {
		if known.State == v1.ActionSucceeded {
			continue
		}
		next, err := r.observed(ctx, known, newest[known.Name])
		if err != nil {
			return err
		}
		same := next.State == known.State && next.Attempt == known.Attempt
		if !same || next.State == v1.ActionRunning {
			r.follow(next)
		}
		if same {
			continue
		}
		if err := r.setAction(ctx, next); err != nil {
			return err
		}
		changed = append(changed, next)
	}
	for _, action := range changed {
		r.logs.Drain(ctx, action.Job)
		r.report(transition(action))
		r.keepLogs(action.Job)
	}
	return nil
}

// newestJobs finds the newest attempt's Job of each action.
func (r *run) newestJobs() map[string]*batchv1.Job {
	newest := map[string]*batchv1.Job{}
	number := map[string]int32{}
	for _, job := range r.watcher.listJobs() {
		evidence, err := jobs.Read(job)
		if err != nil {
			continue // not one of ours: it bears the label but not the rest
		}
		if evidence.Number > number[evidence.Action] {
			newest[evidence.Action], number[evidence.Action] = job, evidence.Number
		}
	}
	return newest
}

// observed is an action's state by its newest Job. A Job that was running and
// is gone is lost (E4).
func (r *run) observed(ctx context.Context, known v1.ActionStatus, job *batchv1.Job) (v1.ActionStatus, error) {
	if job == nil || (job.Name != known.Job && !supersedes(job, known)) {
		return r.withoutJob(ctx, known)
	}
	return r.withJob(ctx, known, job)
}

// withoutJob is the state of an action whose Job the watch does not show. The
// watch may be behind, so the API server is asked before a Job counts as gone:
// one that was created and deleted at once would else be waited for, and one
// that is alive be run twice.
func (r *run) withoutJob(ctx context.Context, known v1.ActionStatus) (v1.ActionStatus, error) {
	if known.State != v1.ActionRunning {
		return known, nil
	}
	job, err := r.engine.Kube.BatchV1().Jobs(r.prepared.Desired.Namespace).Get(ctx, known.Job, metav1.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return known, fmt.Errorf("read Job %s/%s of action %s: %w", r.prepared.Desired.Namespace, known.Job, known.Name, err)
	}
	if err == nil && r.isAttempt(job, known.Name) {
		return known, nil
	}
	next := known
	next.State, next.EndedAt = v1.ActionLost, r.timestamp()
	next.Message = fmt.Sprintf("its Job %s was deleted before it ended", known.Job)
	return next, nil
}

// withJob is the state of an action by its Job.
func (r *run) withJob(ctx context.Context, known v1.ActionStatus, job *batchv1.Job) (v1.ActionStatus, error) {
	next := known
	evidence, err := jobs.Read(job)
	if err != nil {
		return next, nil
	}
	if evidence.Number != known.Attempt {
		next.Message, next.FlowRunURL, next.EndedAt = "", "", nil
	}
	next.Job, next.Attempt, next.State = job.Name, evidence.Number, evidence.State
	if next.StartedAt == nil || next.Attempt != known.Attempt {
		started := job.CreationTimestamp
		next.StartedAt = &started
	}
	if next.State == v1.ActionRunning && r.overdue(job) {
		next.State = v1.ActionFailed
		next.Message = fmt.Sprintf("Job %s passed its deadline and the Job controller has not ended it; is kube-controller-manager running?", job.Name)
	}
	if next.State != v1.ActionRunning {
		r.setTimes(&next, job)
	}
	if next.State != v1.ActionRunning && (known.State != next.State || known.Attempt != next.Attempt) {
		r.explain(ctx, &next, job)
	}
	return next, nil
}

// setTimes takes when an attempt began and ended from its Job: it may have ended
// long before an engine saw it, and both times are then by the same clock.
func (r *run) setTimes(action *v1.ActionStatus, job *batchv1.Job) {
	if ended := jobs.EndOf(job); ended != nil {
		action.StartedAt, action.EndedAt = job.CreationTimestamp.DeepCopy(), ended
		return
	}
	action.EndedAt = r.timestamp()
}

// supersedes is true when a Job is a newer attempt than the recorded one.
func supersedes(job *batchv1.Job, known v1.ActionStatus) bool {
	evidence, err := jobs.Read(job)
	return err == nil && evidence.Number > known.Attempt
}

func (r *run) timestamp() *metav1.Time {
	now := metav1.NewTime(r.engine.now())
	return &now
}

// explain says what became of an attempt that ended: why it failed, and where its
// flow run is shown. It asks the API server for the pods, because the Job's end can
// be seen before theirs; without them, the Job alone says less.
func (r *run) explain(ctx context.Context, action *v1.ActionStatus, job *batchv1.Job) {
	pods, err := r.engine.Kube.CoreV1().Pods(job.Namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job.Name})
	if err != nil {
		pods = &corev1.PodList{}
	}
	action.FlowRunURL = jobs.FlowRunOf(pods.Items)
	if action.State == v1.ActionFailed && action.Message == "" {
		action.Message = r.trouble.of(job, jobs.Why(job, pods.Items))
	}
}

// overdue is how long an attempt with a timeout may take in all.
func overdue(timeoutSeconds int64) time.Duration {
	if timeoutSeconds == 0 {
		timeoutSeconds = jobs.DefaultTimeoutSeconds
	}
	return time.Duration(timeoutSeconds)*time.Second + overdueAfter
}

// deadline counts from when this engine first saw the Job, by its own clock:
// one that differs from the cluster's must not end a Job that has just begun.
func (r *run) deadline(job *batchv1.Job) time.Time {
	if _, known := r.seen[job.Name]; !known {
		r.seen[job.Name] = r.engine.now()
	}
	var timeout int64
	if job.Spec.ActiveDeadlineSeconds != nil {
		timeout = *job.Spec.ActiveDeadlineSeconds
	}
	return r.seen[job.Name].Add(overdue(timeout))
}

func (r *run) overdue(job *batchv1.Job) bool { return r.engine.now().After(r.deadline(job)) }

// untilOverdue is the time until the next running Job is overdue.
func (r *run) untilOverdue() time.Duration {
	next := overdueAfter
	for _, job := range r.watcher.listJobs() {
		if jobs.StateOf(job) == v1.ActionRunning {
			next = min(next, r.deadline(job).Sub(r.engine.now()))
		}
	}
	return max(next, time.Second)
}

// setAction records an action's state.
func (r *run) setAction(ctx context.Context, next v1.ActionStatus) error {
	return r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) {
		for i, action := range status.Run.Actions {
			if action.Name == next.Name {
				status.Run.Actions[i] = next
				return
			}
		}
	})
}

// transition is the event of an action's new state.
func transition(next v1.ActionStatus) Event {
	event := Event{Mode: next.Mode, Action: next.Name, Attempt: next.Attempt, Message: next.Message}
	if next.StartedAt != nil && next.EndedAt != nil {
		event.Elapsed = next.EndedAt.Sub(next.StartedAt.Time)
	}
	switch next.State {
	case v1.ActionSucceeded:
		event.Kind = ActionSucceeded
	case v1.ActionFailed:
		event.Kind = ActionFailed
	case v1.ActionLost:
		event.Kind = ActionLost
	default:
		event.Kind = ActionAdopted
	}
	return event
}
