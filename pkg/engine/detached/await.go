package detached

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
)

const awaitInterval = 500 * time.Millisecond

// EndedError is an engine that stopped before it had begun a run.
type EndedError struct {
	// Job is its Job.
	Job string
	// Said is what it printed last; empty when that is not known.
	Said string
}

// Error says what the engine said.
func (e *EndedError) Error() string {
	return fmt.Sprintf("the engine (Job %s) stopped before it began a run; it said:\n%s", e.Job, strings.TrimSpace(e.Said))
}

// NoStartError is an engine whose container cannot be started; its Job was deleted.
type NoStartError struct {
	Image, Why string
}

// Error says why and what to do.
func (e *NoStartError) Error() string {
	return fmt.Sprintf("the engine cannot be started from image %s: %s\nNo run was begun, and its Job was deleted. Name an image that holds /kubectl-styrmin and that the nodes can pull: --runner-image IMAGE", e.Image, e.Why)
}

// Await waits until an engine has begun, as begun tells, or has ended. When that takes
// longer than patience, waits says what for; the engine is left to itself.
func Await(ctx context.Context, kube kubernetes.Interface, job *batchv1.Job, patience time.Duration, begun func(context.Context) (bool, error)) (waits string, err error) {
	waits = "its pod has not been created"
	err = wait.PollUntilContextTimeout(ctx, awaitInterval, patience, true, func(context.Context) (bool, error) {
		if began, err := begun(ctx); began || err != nil {
			return began, err
		}
		now, err := kube.BatchV1().Jobs(job.Namespace).Get(ctx, job.Name, metav1.GetOptions{})
		if err != nil {
			return false, fmt.Errorf("read Job %s/%s: %w", job.Namespace, job.Name, err)
		}
		pod, err := newestPod(ctx, kube, now)
		if err != nil {
			return false, err
		}
		if has(now, batchv1.JobComplete) {
			return true, nil
		}
		if has(now, batchv1.JobFailed) || has(now, batchv1.JobFailureTarget) {
			return false, &EndedError{Job: job.Name, Said: said(pod)}
		}
		if pod == nil {
			return false, nil
		}
		waits = trouble(pod)
		if why := noStart(pod); why != "" {
			if err := Remove(ctx, kube, now); err != nil {
				return false, err
			}
			return false, &NoStartError{Image: pod.Spec.Containers[0].Image, Why: why}
		}
		return false, nil
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return waits, nil
	}
	return "", err
}

func newestPod(ctx context.Context, kube kubernetes.Interface, job *batchv1.Job) (*corev1.Pod, error) {
	pods, err := kube.CoreV1().Pods(job.Namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.ControllerUidLabel + "=" + string(job.UID)})
	if err != nil {
		return nil, fmt.Errorf("list the pods of Job %s/%s: %w", job.Namespace, job.Name, err)
	}
	if len(pods.Items) == 0 {
		return nil, nil
	}
	newest := slices.MaxFunc(pods.Items, func(a, b corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return &newest, nil
}

// said is the end of what a pod's engine printed.
func said(pod *corev1.Pod) string {
	if pod == nil || len(pod.Status.ContainerStatuses) == 0 || pod.Status.ContainerStatuses[0].State.Terminated == nil {
		return "(nothing that is known)"
	}
	return pod.Status.ContainerStatuses[0].State.Terminated.Message
}

// neverStarts are what a container waits for that does not come by itself.
var neverStarts = []string{"ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "CreateContainerError", "RunContainerError"}

// noStart says why a pod's container will not start; empty for one that may.
func noStart(pod *corev1.Pod) string {
	for _, status := range pod.Status.ContainerStatuses {
		if waiting := status.State.Waiting; waiting != nil && slices.Contains(neverStarts, waiting.Reason) {
			return waiting.Reason + ": " + waiting.Message
		}
		if ended := status.State.Terminated; ended != nil && ended.Reason == "StartError" {
			return ended.Reason + ": " + ended.Message
		}
	}
	return ""
}

// trouble is what a pod waits for.
func trouble(pod *corev1.Pod) string {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return fmt.Sprintf("its pod %s waits: %s", pod.Name, condition.Message)
		}
	}
	return fmt.Sprintf("its pod %s is %s", pod.Name, pod.Status.Phase)
}
