package components

import (
	"context"
	"fmt"
)

// Unready lists what the Helm release has that is not ready, and why; the client is one ForRelease.
func (c *Client) Unready(ctx context.Context) ([]Unfinished, error) {
	var unready []Unfinished
	for _, list := range []func(context.Context) ([]candidate, error){c.deployments, c.statefulSets, c.daemonSets} {
		candidates, err := list(ctx)
		if err != nil {
			return nil, fmt.Errorf("find what is not ready in namespace %s: %w", c.namespace, err)
		}
		for _, found := range candidates {
			if c.release == "" || found.meta.Annotations[helmRelease] != c.release {
				continue
			}
			left, err := c.started(ctx, found.workload)
			if err != nil {
				return nil, err
			}
			if left != nil {
				unready = append(unready, Unfinished{Workload: left.String(), Progress: left.progress, Reasons: c.reasons(ctx, *left)})
			}
		}
	}
	return unready, nil
}
