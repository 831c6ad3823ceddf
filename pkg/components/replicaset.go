package components

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// replicaSets lists those that nothing owns. The others are their Deployment's business.
func (c *Client) replicaSets(ctx context.Context) ([]workload, error) {
	list, err := c.kube.AppsV1().ReplicaSets(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var free []appsv1.ReplicaSet
	for _, set := range list.Items {
		if metav1.GetControllerOf(&set) == nil {
			free = append(free, set)
		}
	}
	return convert(free, func(d *appsv1.ReplicaSet) (workload, error) {
		pods, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		replicas, s := orOne(d.Spec.Replicas), d.Status
		observed := s.ObservedGeneration >= d.Generation
		return workload{
			kind: replicaSet, meta: d.ObjectMeta, template: d.Spec.Template, pods: pods, replicas: replicas, manual: true,
			settled:  observed && replicas == 0 && s.Replicas == 0,
			ready:    observed && s.Replicas == replicas && s.AvailableReplicas >= replicas,
			progress: progress(observed, replicas, s.Replicas, s.AvailableReplicas, 0),
		}, err
	})
}

func (c *Client) patchReplicaSet(ctx context.Context, name string, patch []byte) error {
	_, err := c.kube.AppsV1().ReplicaSets(c.namespace).Patch(ctx, name, patching, patch, patchOptions)
	return err
}
