package components

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// How much of a failing container's output is quoted.
const (
	quotedLines = 5
	quotedBytes = 4 << 10
)

// printed quotes what the pod's failing containers printed last: one that was
// started again, or ended, or runs and does not become ready.
func (c *Client) printed(ctx context.Context, pod corev1.Pod) []string {
	var out []string
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		waits := status.State.Waiting != nil
		if containerState(status) == "" || waits && status.LastTerminationState.Terminated == nil {
			continue
		}
		// The output of a container that waits is that of its last start.
		options := &corev1.PodLogOptions{Container: status.Name, Previous: waits, TailLines: new(int64(quotedLines)), LimitBytes: new(int64(quotedBytes))}
		text, err := c.kube.CoreV1().Pods(c.namespace).GetLogs(pod.Name, options).DoRaw(ctx)
		if err != nil {
			continue
		}
		for line := range strings.Lines(strings.ToValidUTF8(string(text), "�")) {
			out = append(out, fmt.Sprintf("container %s printed: %s", status.Name, strings.TrimRight(line, "\r\n")))
		}
	}
	return out
}
