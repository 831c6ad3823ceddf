package components

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Start restores the components' recorded replica counts (1 when a workload
// has neither replicas nor a record), removes the records, and returns when
// all their pods are ready. Starting what runs changes nothing and waits for
// it to be ready. Autoscalers that a stop paused go on.
func (c *Client) Start(ctx context.Context, components ...Component) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := c.changeAll(ctx, components, starting); err != nil {
		return err
	}
	if err := c.resumeAutoscalers(ctx, components); err != nil {
		return err
	}
	return c.wait(ctx, goal{verb: "start", check: c.started}, components)
}

// Ready waits until all pods of the components are ready, changing nothing.
func (c *Client) Ready(ctx context.Context, components ...Component) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return c.wait(ctx, goal{verb: "wait for", check: c.started}, components)
}

// started says what of a workload is not ready; nil when all is.
func (c *Client) started(ctx context.Context, w workload) (*unfinished, error) {
	if w.stopped() {
		w.progress = "it is stopped"
		return &unfinished{workload: w}, nil
	}
	if w.ready {
		return nil, nil
	}
	pods, err := c.pods(ctx, w.pods)
	if err != nil {
		return nil, err
	}
	ready := func(pod corev1.Pod) bool { return isReady(pod) && pod.DeletionTimestamp == nil }
	return &unfinished{workload: w, pods: slices.DeleteFunc(pods, ready)}, nil
}
