package components

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// change is what a primitive does to one workload.
type change struct {
	replicas int32
	// record is the annotation's new value; nil removes it.
	record *string
	line   string
}

// stopping decides how a workload is stopped. The record is written by the
// very patch that scales down, so no crash can come between the two, and a
// stopped workload's record is never overwritten (A3). A count above 0 is
// newer than any record: somebody, most often Helm, scaled up since.
func stopping(w workload) *change {
	if w.replicas == 0 {
		return nil
	}
	record := strconv.Itoa(int(w.replicas))
	return &change{replicas: 0, record: &record, line: fmt.Sprintf("stopping %s (%d → 0)", w, w.replicas)}
}

// starting decides how a workload is started.
func starting(w workload) (*change, error) {
	record, recorded := w.meta.Annotations[recordOf(w.kind)]
	switch {
	case w.replicas > 0 && !recorded:
		return nil, nil
	case w.replicas > 0:
		return &change{replicas: w.replicas, line: fmt.Sprintf("%s was scaled to %d since it was stopped; kept", w, w.replicas)}, nil
	case !recorded:
		return &change{replicas: 1, line: fmt.Sprintf("starting %s (0 → 1; no earlier count is recorded)", w)}, nil
	}
	replicas, err := strconv.ParseInt(record, 10, 32)
	if err != nil || replicas < 1 {
		return nil, fmt.Errorf("start component %s: %s has annotation %s=%q, expected a number above 0; "+
			"correct it to the replica count to restore, or remove it", w.component, w, recordOf(w.kind), record)
	}
	return &change{replicas: int32(replicas), line: fmt.Sprintf("starting %s (0 → %d)", w, replicas)}, nil
}

// recordOf is the annotation in which a stopped workload keeps its count.
func recordOf(k kind) string {
	if k == cronJob {
		return v1.AnnotationSuspended
	}
	return v1.AnnotationReplicas
}

// patch is the JSON merge patch of a change. The resource version makes the
// API server refuse it when the workload changed since it was read.
func (c change) patch(w workload) ([]byte, error) {
	spec := map[string]any{"replicas": c.replicas}
	if w.kind == cronJob {
		spec = map[string]any{"suspend": c.replicas == 0}
	}
	return json.Marshal(map[string]any{
		"metadata": map[string]any{
			"resourceVersion": w.meta.ResourceVersion,
			"annotations":     map[string]any{recordOf(w.kind): c.record},
		},
		"spec": spec,
	})
}

// apply makes a change. A conflict is reported as such: the caller looks again and decides anew.
func (c *Client) apply(ctx context.Context, w workload, change *change) error {
	body, err := change.patch(w)
	if err != nil {
		return fmt.Errorf("%s: %w", w, err)
	}
	opts := metav1.PatchOptions{FieldManager: v1.FieldOwner}
	switch w.kind {
	case deployment:
		_, err = c.kube.AppsV1().Deployments(c.namespace).Patch(ctx, w.meta.Name, types.MergePatchType, body, opts)
	case statefulSet:
		_, err = c.kube.AppsV1().StatefulSets(c.namespace).Patch(ctx, w.meta.Name, types.MergePatchType, body, opts)
	case cronJob:
		_, err = c.kube.BatchV1().CronJobs(c.namespace).Patch(ctx, w.meta.Name, types.MergePatchType, body, opts)
	default:
		return fmt.Errorf("%s cannot be scaled", w)
	}
	if err == nil {
		c.report("%s", change.line)
		return nil
	}
	return fmt.Errorf("component %s: scale %s in namespace %s to %d: %w", w.component, w, c.namespace, change.replicas, err)
}

// changeAll decides and changes every workload of the components until
// nothing is left to change.
func (c *Client) changeAll(ctx context.Context, components []Component, decide func([]workload) ([]*change, error)) error {
	for {
		workloads, err := c.allWorkloads(ctx, components)
		if err != nil {
			return err
		}
		changes, err := decide(workloads)
		if err != nil {
			return err
		}
		conflict := false
		for i, change := range changes {
			if change == nil {
				continue
			}
			err := c.apply(ctx, workloads[i], change)
			switch {
			case apierrors.IsConflict(err):
				conflict = true
			case err != nil:
				return err
			}
		}
		if !conflict {
			return nil
		}
	}
}
