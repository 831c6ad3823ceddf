package components

import "context"

// Stop scales the components' workloads to 0, recording their replica counts
// on them, and returns when their pods are gone. Stopping what is stopped
// changes nothing. CronJobs are suspended; a DaemonSet cannot be stopped, and
// then nothing is.
func (c *Client) Stop(ctx context.Context, components ...Component) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	err := c.changeAll(ctx, components, func(workloads []workload) ([]*change, error) {
		changes := make([]*change, len(workloads))
		for i, w := range workloads {
			changes[i] = stopping(w)
		}
		return changes, unstoppable(workloads)
	})
	if err != nil {
		return err
	}
	return c.wait(ctx, "stop", components, c.stopped)
}

// stopped says what of a workload is still there; nil when nothing is.
func (c *Client) stopped(ctx context.Context, w workload) (*unfinished, error) {
	if w.kind == cronJob {
		if w.active == 0 {
			return nil, nil
		}
		return &unfinished{workload: w}, nil
	}
	pods, err := c.pods(ctx, w.pods)
	if err != nil {
		return nil, err
	}
	// No pods is not enough: a controller that has not seen the count of 0 may yet create one.
	if len(pods) == 0 && w.settled {
		return nil, nil
	}
	w.progress = count(len(pods), "pod") + " still there"
	return &unfinished{workload: w, pods: pods}, nil
}
