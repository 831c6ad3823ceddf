package jobs

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// Why says why a Job failed, for the operator. Pods are the Job's; those that are
// gone may be missing. What the flow itself said of its newest failure comes first.
func Why(job *batchv1.Job, pods []corev1.Pod) string {
	if TimedOut(job) { // its pods tell only that they were ended
		return FailureOf(job)
	}
	for _, pod := range newestFirst(pods) {
		if words := whyPod(&pod); words != "" {
			return words
		}
	}
	return FailureOf(job)
}

// FlowRunOf is the page of the newest flow run of a Job's pods; empty when no Prefect
// server keeps one.
func FlowRunOf(pods []corev1.Pod) string {
	for _, pod := range newestFirst(pods) {
		if result, ok := ResultOf(&pod); ok && result.FlowRunURL != "" {
			return result.FlowRunURL
		}
	}
	return ""
}

// whyPod says why a pod failed; empty when it does not tell. Too little memory and an eviction
// come before what the flow said: the flow knows only that a process of it was killed.
func whyPod(pod *corev1.Pod) string {
	ended := endOf(pod)
	if ended != nil && ended.Reason == "OOMKilled" {
		return "its container used more memory than its limit" + memoryLimit(pod) + "; raise spec.jobs.resources.limits.memory of the StyrminDeployment, or that of spec.jobs.actions for it alone"
	}
	result, told := ResultOf(pod)
	switch {
	case pod.Status.Phase == corev1.PodFailed && pod.Status.Reason != "": // evicted, or its node went down
		return fmt.Sprintf("its pod %s: %s: %s", pod.Name, pod.Status.Reason, pod.Status.Message)
	case told && result.Error != "":
		return result.Error
	case !told && ended != nil && ended.ExitCode != 0:
		return fmt.Sprintf("its container ended with code %d (%s) in pod %s and left no result", ended.ExitCode, ended.Reason, pod.Name)
	}
	return whyNoRunner(pod)
}

// whyNoRunner says why the action's container never got the runner; empty when it did.
func whyNoRunner(pod *corev1.Pod) string {
	for _, status := range pod.Status.InitContainerStatuses {
		if ended := status.State.Terminated; ended != nil && ended.ExitCode != 0 {
			return fmt.Sprintf("the container that brings the runner ended with code %d (%s) in pod %s; is --runner-image right?", ended.ExitCode, ended.Reason, pod.Name)
		}
	}
	return ""
}

// endOf is how the action's container ended; nil when it has not.
func endOf(pod *corev1.Pod) *corev1.ContainerStateTerminated {
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name == ActionContainer {
			return status.State.Terminated
		}
	}
	return nil
}

// memoryLimit is the limit of the action's container, to follow the word "limit".
func memoryLimit(pod *corev1.Pod) string {
	for _, container := range pod.Spec.Containers {
		if limit, ok := container.Resources.Limits[corev1.ResourceMemory]; ok && container.Name == ActionContainer {
			return " of " + limit.String()
		}
	}
	return ""
}

func newestFirst(pods []corev1.Pod) []corev1.Pod {
	sorted := slices.Clone(pods)
	slices.SortStableFunc(sorted, func(a, b corev1.Pod) int { return b.CreationTimestamp.Compare(a.CreationTimestamp.Time) })
	return sorted
}
