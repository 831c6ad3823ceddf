package components

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
)

// maxEvents bounds the events quoted per object, maxPods the pods.
const (
	maxEvents = 3
	maxPods   = 5
)

// reasons says why a workload is not as it shall be: what its controller says, its
// pods' states, the last events, and what a failing container printed last. It
// leaves out what it may not read.
func (c *Client) reasons(ctx context.Context, u unfinished) []string {
	var out []string
	if u.trouble != "" {
		out = append(out, u.trouble)
	}
	out = append(out, c.events(ctx, u.meta.Name)...)
	for i, pod := range u.pods {
		if i == maxPods {
			out = append(out, fmt.Sprintf("and %d more pods", len(u.pods)-maxPods))
			break
		}
		out = append(out, podState(pod))
		out = append(out, c.events(ctx, pod.Name)...)
		out = append(out, c.printed(ctx, pod)...)
	}
	return out
}

// podState is a pod's state in one line: phase, and what holds it up.
func podState(pod corev1.Pod) string {
	parts := []string{string(pod.Status.Phase)}
	if pod.DeletionTimestamp != nil {
		parts = append(parts, "terminating since "+pod.DeletionTimestamp.UTC().Format("15:04:05Z"))
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			parts = append(parts, condition.Reason+": "+condition.Message)
		}
	}
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if state := containerState(status); state != "" {
			parts = append(parts, fmt.Sprintf("container %s %s", status.Name, state))
		}
	}
	return fmt.Sprintf("pod %s: %s", pod.Name, strings.Join(parts, "; "))
}

// containerState says what is wrong with a container; "" when nothing is.
func containerState(status corev1.ContainerStatus) string {
	switch state := status.State; {
	case state.Waiting != nil && state.Waiting.Message != "":
		return fmt.Sprintf("waits: %s: %s%s", state.Waiting.Reason, state.Waiting.Message, before(status))
	case state.Waiting != nil:
		return "waits: " + state.Waiting.Reason + before(status)
	case state.Terminated != nil && state.Terminated.ExitCode != 0:
		return ending(state.Terminated)
	case state.Running != nil && !status.Ready && status.RestartCount > 0:
		return fmt.Sprintf("is not ready after %s%s", count(int(status.RestartCount), "restart"), before(status))
	case state.Running != nil && !status.Ready:
		return "is not ready"
	}
	return ""
}

// before says how a container that was started again ended: OOMKilled, for one.
func before(status corev1.ContainerStatus) string {
	if last := status.LastTerminationState.Terminated; last != nil {
		return "; before, it " + ending(last)
	}
	return ""
}

func ending(ended *corev1.ContainerStateTerminated) string {
	return fmt.Sprintf("ended with exit code %d (%s)", ended.ExitCode, ended.Reason)
}

// events quotes an object's last warnings.
func (c *Client) events(ctx context.Context, name string) []string {
	list, err := c.kube.CoreV1().Events(c.namespace).List(ctx, metav1.ListOptions{
		FieldSelector: fields.Set{"involvedObject.name": name, "type": corev1.EventTypeWarning}.String(),
	})
	if err != nil {
		return nil
	}
	slices.SortStableFunc(list.Items, func(a, b corev1.Event) int { return a.LastTimestamp.Compare(b.LastTimestamp.Time) })
	var out []string
	for _, event := range list.Items[max(0, len(list.Items)-maxEvents):] {
		out = append(out, fmt.Sprintf("event %s: %s", event.Reason, strings.TrimSpace(event.Message)))
	}
	return out
}

// transient says whether a later look may succeed.
func transient(err error) bool {
	var network net.Error
	return errors.As(err, &network) || apierrors.IsServerTimeout(err) || apierrors.IsTooManyRequests(err) ||
		apierrors.IsServiceUnavailable(err) || apierrors.IsInternalError(err) || apierrors.IsTimeout(err)
}

// count is a number of things in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
