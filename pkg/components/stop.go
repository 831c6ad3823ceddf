package components

import "context"

// Stop scales the components' workloads to 0, recording their replica counts
// on them, and returns when their pods are gone. Stopping what is stopped
// changes nothing. CronJobs are suspended, and their running Jobs come to
// their end; DaemonSets are kept off every node. Autoscalers that would start
// a workload again are paused before.
func (c *Client) Stop(ctx context.Context, components ...Component) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := c.pauseAutoscalers(ctx, components); err != nil {
		return err
	}
	if err := c.changeAll(ctx, components, stopping); err != nil {
		return err
	}
	return c.Gone(ctx, components...)
}

// Gone waits until no pod of the components is left, changing nothing.
func (c *Client) Gone(ctx context.Context, components ...Component) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return c.wait(ctx, goal{verb: "stop", check: c.stopped, gone: true}, components)
}

// stopped says what of a workload is still there; nil when nothing is.
func (c *Client) stopped(ctx context.Context, w workload) (*unfinished, error) {
	if w.kind == cronJob {
		if w.settled {
			return nil, nil
		}
		return &unfinished{workload: w.notStopping()}, nil
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
	return &unfinished{workload: w.notStopping(), pods: pods}, nil
}

// notStopping says of what is not even asked to stop that it is not.
func (w workload) notStopping() workload {
	if w.replicas > 0 {
		w.progress += "; it is not stopped, or was started since"
	}
	return w
}
