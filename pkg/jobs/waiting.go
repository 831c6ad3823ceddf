package jobs

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Started is true once the action's container has run. When a pod ends before its
// containers were made, the kubelet calls them terminated all the same, without a
// time at which they would have started.
func Started(pod *corev1.Pod) bool {
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name == ActionContainer {
			ended := status.State.Terminated
			return status.State.Running != nil || (ended != nil && !ended.StartedAt.IsZero())
		}
	}
	return false
}

// Stuck says why a pod cannot start: no node takes it, or a container waits for
// something other than its turn; empty when nothing is wrong.
func Stuck(pod *corev1.Pod) string {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return fmt.Sprintf("pod %s is not scheduled: %s", pod.Name, condition.Message)
		}
	}
	statuses := append(append([]corev1.ContainerStatus{}, pod.Status.InitContainerStatuses...), pod.Status.ContainerStatuses...)
	for _, status := range statuses {
		waiting := status.State.Waiting
		if waiting == nil || waiting.Reason == "PodInitializing" || waiting.Reason == "ContainerCreating" || waiting.Reason == "" {
			continue
		}
		return fmt.Sprintf("container %s waits: %s: %s", status.Name, waiting.Reason, waiting.Message)
	}
	return ""
}

// Refusal says why the Job controller could not make a pod, by its Event about the
// Job: a quota is used up, for one.
func Refusal(event *corev1.Event) string {
	why := strings.TrimPrefix(event.Message, "Error creating: ")
	// The pod's name is a new one each time.
	if _, reason, found := strings.Cut(why, "is forbidden: "); found {
		why = reason
	}
	return "its pod cannot be made: " + why
}
