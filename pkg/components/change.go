package components

import (
	"context"
	"fmt"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// change is what a primitive does to one workload.
type change struct {
	// annotations are set; nil removes one.
	annotations map[string]*string
	spec        map[string]any
	line        string // for the log
}

// counting changes a workload's count and, in the same patch, the record of it.
func counting(w workload, replicas int32, record *string, line string) *change {
	t := traits[w.kind]
	return &change{annotations: map[string]*string{t.record: record}, spec: t.spec(replicas), line: line}
}

// stopping decides how a workload is stopped. The record is written by the
// very patch that scales down, so no crash can come between the two, and a
// stopped workload's record is never overwritten (A3). A count above 0 is
// newer than any record: somebody, most often Helm, scaled up since.
func stopping(w workload) (*change, error) {
	if w.replicas == 0 {
		return nil, nil
	}
	record := strconv.Itoa(int(w.replicas))
	return counting(w, 0, &record, fmt.Sprintf("stopping %s%s", w, w.arrow(0))), nil
}

// starting decides how a workload is started.
func starting(w workload) (*change, error) {
	record, recorded := w.record()
	switch {
	case w.replicas > 0 && !recorded:
		return nil, nil
	case w.replicas > 0:
		return counting(w, w.replicas, nil, fmt.Sprintf("%s was started since it was stopped; kept as it is", w)), nil
	case !recorded:
		return counting(w, 1, nil, fmt.Sprintf("starting %s; no earlier count is recorded%s", w, w.arrow(1))), nil
	}
	replicas, err := strconv.ParseInt(record, 10, 32)
	if err != nil || replicas < 1 {
		return nil, fmt.Errorf("start component %s: %s has annotation %s=%q, expected a number above 0; "+
			"correct it to the replica count to restore, or remove it", w.component, w, traits[w.kind].record, record)
	}
	return counting(w, int32(replicas), nil, fmt.Sprintf("starting %s%s", w, w.arrow(int32(replicas)))), nil
}

// arrow shows a change of the count, where there is one.
func (w workload) arrow(to int32) string {
	if !traits[w.kind].counted {
		return ""
	}
	return fmt.Sprintf(" (%d → %d)", w.replicas, to)
}

// patch is the merge patch of a change.
func (c change) patch(w workload) ([]byte, error) {
	return mergePatch(w.meta, c.annotations, c.spec)
}

// apply makes a change. A conflict is reported as such: the caller looks again and decides anew.
func (c *Client) apply(ctx context.Context, w workload, change *change) error {
	body, err := change.patch(w)
	if err != nil {
		return fmt.Errorf("%s: %w", w, err)
	}
	if err := traits[w.kind].patch(c, ctx, w.meta.Name, body); err != nil {
		return fmt.Errorf("component %s: change %s in namespace %s: %w", w.component, w, c.namespace, err)
	}
	c.report("%s", change.line)
	return nil
}

// changeAll decides about and changes every workload of the components, until
// nothing is left to change.
func (c *Client) changeAll(ctx context.Context, components []Component, decide func(workload) (*change, error)) error {
	return c.untilSettled(ctx, func(ctx context.Context) error {
		workloads, err := c.workloads(ctx, components...)
		if err != nil {
			return err
		}
		changes := make([]*change, len(workloads))
		for i, w := range workloads {
			if changes[i], err = decide(w); err != nil {
				return err // before anything was changed
			}
		}
		for i, change := range changes {
			if change == nil {
				continue
			}
			if err := c.apply(ctx, workloads[i], change); err != nil {
				return err
			}
		}
		return nil
	})
}

// untilSettled repeats what looks and then changes, while somebody else changes the
// same objects or the API server does not answer, until the context ends.
func (c *Client) untilSettled(ctx context.Context, attempt func(context.Context) error) error {
	for {
		err := attempt(ctx)
		if err == nil || ctx.Err() != nil || !apierrors.IsConflict(err) && !transient(err) {
			return err
		}
		if !transient(err) {
			continue // on a conflict a second look is all it needs
		}
		c.report("trying again: %v", err)
		if err := c.sleep(ctx, c.retry); err != nil {
			return err
		}
	}
}
