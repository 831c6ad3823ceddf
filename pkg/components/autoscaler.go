package components

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// autoscaler is an object that decides how many pods a workload has.
type autoscaler struct {
	name   string // as kubectl calls it
	meta   metav1.ObjectMeta
	target string // the workload, as kubectl calls it
	// wakes is true when it may start a workload that was scaled to 0.
	wakes bool
	// pause and resume are the patches that make it leave the workload alone, and go on.
	pause, resume func() ([]byte, error)
	patch         func(context.Context, []byte) error
}

func (a autoscaler) String() string { return a.name }

// paused is true for one that a stop paused.
func (a autoscaler) paused() bool {
	_, recorded := a.meta.Annotations[v1.AnnotationPaused]
	return recorded
}

// autoscalersOf finds the autoscalers of the components' workloads.
func (c *Client) autoscalersOf(ctx context.Context, components []Component) ([]autoscaler, error) {
	workloads, err := c.workloads(ctx, components...)
	if err != nil {
		return nil, err
	}
	all, err := c.autoscalers(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(a autoscaler) bool {
		return !slices.ContainsFunc(workloads, func(w workload) bool { return w.String() == a.target })
	}), nil
}

func (c *Client) autoscalers(ctx context.Context) ([]autoscaler, error) {
	horizontal, err := c.horizontalAutoscalers(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the horizontalpodautoscalers of namespace %s: %w", c.namespace, err)
	}
	scaled, err := c.scaledObjects(ctx)
	if err != nil {
		return nil, fmt.Errorf("list KEDA's scaledobjects of namespace %s: %w", c.namespace, err)
	}
	return append(horizontal, scaled...), nil
}

// pauseAutoscalers keeps autoscalers from starting what is about to be stopped.
// How they were set is recorded by the patch that pauses them.
func (c *Client) pauseAutoscalers(ctx context.Context, components []Component) error {
	return c.changeAutoscalers(ctx, components, "pausing", func(a autoscaler) ([]byte, error) {
		if !a.wakes {
			return nil, nil
		}
		return a.pause()
	})
}

// resumeAutoscalers lets go on what a stop paused.
func (c *Client) resumeAutoscalers(ctx context.Context, components []Component) error {
	return c.changeAutoscalers(ctx, components, "resuming", func(a autoscaler) ([]byte, error) {
		if !a.paused() {
			return nil, nil
		}
		return a.resume()
	})
}

func (c *Client) changeAutoscalers(ctx context.Context, components []Component, doing string, decide func(autoscaler) ([]byte, error)) error {
	return c.untilSettled(ctx, func(ctx context.Context) error {
		scalers, err := c.autoscalersOf(ctx, components)
		if err != nil {
			return err
		}
		for _, scaler := range scalers {
			patch, err := decide(scaler)
			if err != nil {
				return fmt.Errorf("%s: %w", scaler, err)
			}
			if patch == nil {
				continue
			}
			if err := scaler.patch(ctx, patch); err != nil {
				return fmt.Errorf("%s %s of %s in namespace %s: %w", doing, scaler, scaler.target, c.namespace, err)
			}
			c.report("%s %s", doing, scaler)
		}
		return nil
	})
}
