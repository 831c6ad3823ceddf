package components

import (
	"context"
	"fmt"
)

// Scale sets the replica count of the components' workloads and returns when
// that many pods are ready. A count of 0 is a stop, and recorded as one; a
// count above 0 starts what was stopped. What has no replica count, and what
// an autoscaler counts, is an *UnsupportedError, and then nothing is scaled.
func (c *Client) Scale(ctx context.Context, replicas int32, components ...Component) error {
	if replicas == 0 {
		return c.Stop(ctx, components...)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	scalers, err := c.autoscalersOf(ctx, components)
	if err != nil {
		return err
	}
	err = c.changeAll(ctx, components, func(w workload) (*change, error) {
		return scaling(w, replicas, scalers)
	})
	if err != nil {
		return err
	}
	return c.wait(ctx, goal{verb: "scale", check: c.started}, components)
}

// scaling decides how a workload is scaled.
func scaling(w workload, replicas int32, scalers []autoscaler) (*change, error) {
	if !traits[w.kind].counted {
		return nil, &UnsupportedError{What: fmt.Sprintf("scale component %s: %s has no replica count; it can be stopped and started; nothing was scaled", w.component, w)}
	}
	for _, s := range scalers {
		if s.target == w.String() {
			return nil, &UnsupportedError{What: fmt.Sprintf("scale component %s: %s decides how many pods %s has; change its bounds instead; nothing was scaled", w.component, s, w)}
		}
	}
	if _, recorded := w.record(); w.replicas == replicas && !recorded {
		return nil, nil
	}
	return counting(w, replicas, nil, fmt.Sprintf("scaling %s%s", w, w.arrow(replicas))), nil
}
