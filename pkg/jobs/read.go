package jobs

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// Read tells what a Job says as evidence. It fails on a Job that is not an
// attempt of ours, naming what is missing.
func Read(job *batchv1.Job) (lifecycle.Evidence, error) {
	attempt, err := number(job, v1.AnnotationAttempt)
	if err != nil {
		return lifecycle.Evidence{}, err
	}
	base, err := number(job, v1.AnnotationBaseRevision)
	if err != nil {
		return lifecycle.Evidence{}, err
	}
	return lifecycle.Evidence{
		Run:          job.Labels[v1.LabelRun],
		Instance:     job.Labels[v1.LabelInstance],
		Hook:         v1.RunHook(job.Labels[v1.LabelHook]),
		Mode:         v1.Mode(job.Labels[v1.LabelMode]),
		Action:       job.Annotations[v1.AnnotationAction],
		Attempt:      lifecycle.Attempt{Number: int32(attempt), State: StateOf(job)},
		BaseRevision: base,
	}, nil
}

func number(job *batchv1.Job, annotation string) (int, error) {
	value := job.Annotations[annotation]
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("job %s/%s: annotation %s is %q, expected a number", job.Namespace, job.Name, annotation, value)
	}
	return int(n), nil
}

// StateOf reads a Job's state. A Job being deleted before its end is lost.
func StateOf(job *batchv1.Job) v1.ActionState {
	for _, condition := range job.Status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case batchv1.JobComplete:
			return v1.ActionSucceeded
		case batchv1.JobFailed:
			return v1.ActionFailed
		}
	}
	if job.DeletionTimestamp != nil {
		return v1.ActionLost
	}
	return v1.ActionRunning
}

// FailureOf says why a Job failed in the Job controller's words, empty when it did not.
func FailureOf(job *batchv1.Job) string {
	failed := failedCondition(job)
	switch {
	case failed == nil:
		return ""
	case TimedOut(job) && job.Spec.ActiveDeadlineSeconds != nil:
		return fmt.Sprintf("it was not over after %s, its time-out (%s)", time.Duration(*job.Spec.ActiveDeadlineSeconds)*time.Second, failed.Reason)
	default:
		return strings.TrimSpace(failed.Reason + ": " + failed.Message)
	}
}

// TimedOut is true for a Job that failed because it took longer than it may.
func TimedOut(job *batchv1.Job) bool {
	failed := failedCondition(job)
	return failed != nil && failed.Reason == batchv1.JobReasonDeadlineExceeded
}

func failedCondition(job *batchv1.Job) *batchv1.JobCondition {
	for i, condition := range job.Status.Conditions {
		if condition.Type == batchv1.JobFailed && condition.Status == corev1.ConditionTrue {
			return &job.Status.Conditions[i]
		}
	}
	return nil
}

// EndOf is when a Job ended by the cluster's own clock; nil while it has not.
func EndOf(job *batchv1.Job) *metav1.Time {
	for _, condition := range job.Status.Conditions {
		ended := condition.Type == batchv1.JobComplete || condition.Type == batchv1.JobFailed
		if ended && condition.Status == corev1.ConditionTrue && !condition.LastTransitionTime.IsZero() {
			return condition.LastTransitionTime.DeepCopy()
		}
	}
	return nil
}

// Result is what the runner leaves as the container's termination message.
type Result struct {
	Outcome    string `json:"outcome"`
	Error      string `json:"error,omitempty"`
	FlowRunID  string `json:"flowRunID,omitempty"`
	FlowRunURL string `json:"flowRunURL,omitempty"`
}

// ResultOf reads the runner's result from a pod of the Job; false when there is none.
func ResultOf(pod *corev1.Pod) (Result, bool) {
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name != ActionContainer || status.State.Terminated == nil {
			continue
		}
		var result Result
		if json.Unmarshal([]byte(status.State.Terminated.Message), &result) != nil || result.Outcome == "" {
			return Result{}, false
		}
		return result, true
	}
	return Result{}, false
}
