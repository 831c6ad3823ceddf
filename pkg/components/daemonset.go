package components

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

func (c *Client) daemonSets(ctx context.Context) ([]workload, error) {
	list, err := c.kube.AppsV1().DaemonSets(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return convert(list.Items, func(d *appsv1.DaemonSet) (workload, error) {
		pods, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		s, manual := d.Status, d.Spec.UpdateStrategy.Type == appsv1.OnDeleteDaemonSetStrategyType
		observed, replicas := s.ObservedGeneration >= d.Generation, int32(1)
		if d.Spec.Template.Spec.NodeSelector[v1.NodeSelectorStopped] != "" {
			replicas = 0
		}
		outdated := s.DesiredNumberScheduled - s.UpdatedNumberScheduled
		if manual {
			outdated = 0
		}
		return workload{
			kind: daemonSet, meta: d.ObjectMeta, template: d.Spec.Template, pods: pods, replicas: replicas, manual: manual,
			settled:  observed && replicas == 0 && s.CurrentNumberScheduled+s.NumberMisscheduled == 0,
			ready:    observed && s.NumberAvailable >= s.DesiredNumberScheduled && outdated <= 0,
			progress: progress(observed, s.DesiredNumberScheduled, s.CurrentNumberScheduled, s.NumberAvailable, outdated),
		}, err
	})
}

// nodesOf stops a DaemonSet, which has no count, by asking for nodes that do not
// exist. Selectors of its own stay as they are.
func nodesOf(replicas int32) map[string]any {
	var stopped any
	if replicas == 0 {
		stopped = "true"
	}
	selector := map[string]any{v1.NodeSelectorStopped: stopped}
	return map[string]any{"template": map[string]any{"spec": map[string]any{"nodeSelector": selector}}}
}

func (c *Client) patchDaemonSet(ctx context.Context, name string, patch []byte) error {
	_, err := c.kube.AppsV1().DaemonSets(c.namespace).Patch(ctx, name, patching, patch, patchOptions)
	return err
}
