package components

import (
	"context"
	"fmt"
	"time"
)

// restartedAt is the annotation by which kubectl restarts pods, too.
const restartedAt = "kubectl.kubernetes.io/restartedAt"

// Restart replaces the components' pods by new ones, in each workload's own way of
// updating them, and returns when all are ready. Where only a deletion replaces
// pods, one after the other is evicted, within disruption budgets. What is stopped
// stays stopped, and a CronJob's next Job has a new pod anyway. To repeat a restart
// that was killed restarts again.
func (c *Client) Restart(ctx context.Context, components ...Component) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	now := time.Now().UTC().Format(time.RFC3339Nano)
	err := c.changeAll(ctx, components, func(w workload) (*change, error) { return restarting(w, now) })
	if err != nil {
		return err
	}
	workloads, err := c.workloads(ctx, components...)
	if err != nil {
		return err
	}
	for _, w := range workloads {
		if !w.manual || w.replicas == 0 {
			continue
		}
		if err := c.replacePods(ctx, w, components); err != nil {
			return err
		}
	}
	return c.wait(ctx, goal{verb: "restart", check: c.restarted}, components)
}

// restarting decides how a workload is restarted.
func restarting(w workload, now string) (*change, error) {
	switch {
	case w.kind == cronJob || w.manual || w.replicas == 0:
		return nil, nil
	case w.paused:
		return nil, &UnsupportedError{What: fmt.Sprintf("restart component %s: the rollout of %s is paused; "+
			"resume it with `kubectl rollout resume %s`; nothing was restarted", w.component, w, w)}
	}
	return &change{line: fmt.Sprintf("restarting %s", w), spec: map[string]any{
		"template": map[string]any{"metadata": map[string]any{"annotations": map[string]string{restartedAt: now}}},
	}}, nil
}

// restarted says what of a workload is not ready again; nil when all is.
func (c *Client) restarted(ctx context.Context, w workload) (*unfinished, error) {
	if w.replicas == 0 {
		return nil, nil
	}
	return c.started(ctx, w)
}
