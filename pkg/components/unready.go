package components

import (
	"context"
	"fmt"
)

// Unready lists what the Helm release has that is not ready, and why; the client is one ForRelease.
func (c *Client) Unready(ctx context.Context) ([]Unfinished, error) {
	all, err := c.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("find what is not ready: %w", err)
	}
	var unready []Unfinished
	for _, w := range all {
		if c.release == "" || w.meta.Annotations[helmRelease] != c.release || w.replicas == 0 {
			continue
		}
		left, err := c.started(ctx, w)
		if err != nil {
			return nil, err
		}
		if left != nil {
			unready = append(unready, Unfinished{Workload: left.String(), Progress: left.progress, Reasons: c.reasons(ctx, *left)})
		}
	}
	return unready, nil
}
