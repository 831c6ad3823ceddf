package engine

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// endingPatience is how long a new run waits for what of earlier ones ends by
// itself: longer than the grace that pods are usually given.
const endingPatience = time.Minute

// leftover is what of a run is at work: a Job that has not ended, or a pod.
type leftover struct {
	run, action string
	// job is the Job, or the pod's; nil when the pod's Job is gone.
	job *batchv1.Job
	// pod is nil for a Job.
	pod *corev1.Pod
}

// String names it for people.
func (l leftover) String() string { return fmt.Sprintf("%s of action %s", l.place(), l.action) }

// place says where the action is at work.
func (l leftover) place() string {
	switch {
	case l.pod == nil:
		return "Job " + l.job.Name
	case l.pod.Spec.NodeName == "":
		return "pod " + l.pod.Name
	default:
		return fmt.Sprintf("pod %s on node %s", l.pod.Name, l.pod.Spec.NodeName)
	}
}

// atWork lists what of a run is at work, of any run when it is empty: Jobs first,
// those included that are being deleted, then pods.
func (e *Engine) atWork(ctx context.Context, deployment *v1.StyrminDeployment, run string) ([]leftover, error) {
	selector := client.MatchingLabels{v1.LabelDeployment: deployment.Name}
	if run != "" {
		selector[v1.LabelRun] = run
	}
	options := []client.ListOption{client.InNamespace(deployment.Namespace), selector, client.HasLabels{v1.LabelRun}}
	var jobList batchv1.JobList
	var podList corev1.PodList
	// In this order: a Job that is created in between shows at least its pod.
	if err := e.Client.List(ctx, &jobList, options...); err != nil {
		return nil, fmt.Errorf("list the Jobs of StyrminDeployment %s/%s: %w", deployment.Namespace, deployment.Name, err)
	}
	if err := e.Client.List(ctx, &podList, options...); err != nil {
		return nil, fmt.Errorf("list the pods of StyrminDeployment %s/%s: %w", deployment.Namespace, deployment.Name, err)
	}
	var left []leftover
	byName := map[string]*batchv1.Job{}
	for i := range jobList.Items {
		job := &jobList.Items[i]
		byName[job.Name] = job
		if state := jobs.StateOf(job); state == v1.ActionRunning || state == v1.ActionLost {
			left = append(left, leftover{run: job.Labels[v1.LabelRun], action: job.Annotations[v1.AnnotationAction], job: job})
		}
	}
	for i := range podList.Items {
		if pod := &podList.Items[i]; !podEnded(pod) {
			left = append(left, podLeft(pod, byName[pod.Labels[batchv1.JobNameLabel]]))
		}
	}
	return left, nil
}

func podLeft(pod *corev1.Pod, job *batchv1.Job) leftover {
	left := leftover{run: pod.Labels[v1.LabelRun], action: pod.Labels[v1.LabelAction], job: job, pod: pod}
	if job != nil {
		left.action = job.Annotations[v1.AnnotationAction]
	}
	return left
}

// podEnded is true for a pod whose containers will not run any more.
func podEnded(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// ending is true for what ends by itself: the Job is gone, or about to be, or is over.
func (l leftover) ending() bool {
	return l.job == nil || jobs.StateOf(l.job) != v1.ActionRunning
}

// refuseLeftovers refuses a new run while an action of an earlier one, whose
// engine was interrupted, is still at work: beside it the new run could not keep
// its order, and both would change the same application.
func (e *Engine) refuseLeftovers(ctx context.Context, deployment *v1.StyrminDeployment) error {
	_, err := e.leftovers(ctx, deployment)
	return err
}

// leftovers lists what of earlier runs ends by itself; when something of them is
// still at work it refuses.
func (e *Engine) leftovers(ctx context.Context, deployment *v1.StyrminDeployment) ([]leftover, error) {
	all, err := e.atWork(ctx, deployment, "")
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if !one.ending() {
			return nil, refuseLeftover(one, deployment)
		}
	}
	return all, nil
}

// awaitLeftovers waits for what of earlier runs ends by itself, and says so; waited
// is true when there was something. What does not end in time it refuses, as what is at work.
func (e *Engine) awaitLeftovers(ctx context.Context, deployment *v1.StyrminDeployment) (waited bool, err error) {
	var told told
	var left []leftover
	err = wait.PollUntilContextTimeout(ctx, time.Second, endingPatience, true, func(ctx context.Context) (bool, error) {
		if left, err = e.leftovers(ctx, deployment); err != nil || len(left) == 0 {
			return true, err
		}
		waited = true
		for _, one := range left {
			if told.first(one.String(), "") {
				e.Reporter.Report(Event{Kind: ActionWaiting, Time: e.now(), Action: one.action, Message: fmt.Sprintf("%s of run %s has not ended", one.place(), one.run)})
			}
		}
		return false, nil
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return waited, refuseLeftover(left[0], deployment)
	}
	return waited, err
}

// refuseLeftover says what is still at work, and what to do about it.
func refuseLeftover(left leftover, deployment *v1.StyrminDeployment) error {
	name, namespace := deployment.Name, deployment.Namespace
	refusal := &RefusedError{
		What: fmt.Sprintf("action %s of run %s has not ended (%s), and this would be a new run", left.action, left.run, left.place()),
		Next: fmt.Sprintf("No new run was started. Wait for its end (kubectl styrmin status %s -n %s), or ", name, namespace),
	}
	switch run := deployment.Status.Run; {
	case run == nil || run.ID != left.run || run.Phase == v1.RunSucceeded:
		refusal.Next += "end it: kubectl delete " + left.object() + " -n " + namespace
	case run.Phase == v1.RunAborted:
		refusal.Next += fmt.Sprintf("finish the abort of that run: kubectl styrmin abort %s -n %s", name, namespace)
	default:
		refusal.Next += fmt.Sprintf("resume that run with its own inputs, or end it for good: kubectl styrmin abort %s -n %s", name, namespace)
	}
	return refusal
}

// object names it for kubectl.
func (l leftover) object() string {
	if l.job != nil {
		return "job " + l.job.Name
	}
	return "pod " + l.pod.Name
}
