package components

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (c *Client) statefulSets(ctx context.Context) ([]workload, error) {
	list, err := c.kube.AppsV1().StatefulSets(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return convert(list.Items, func(d *appsv1.StatefulSet) (workload, error) {
		pods, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		replicas, s := orOne(d.Spec.Replicas), d.Status
		observed := s.ObservedGeneration >= d.Generation
		outdated := outdatedIn(d)
		w := workload{
			kind: statefulSet, meta: d.ObjectMeta, template: d.Spec.Template, pods: pods, replicas: replicas,
			manual:   d.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType,
			settled:  observed && replicas == 0 && s.Replicas == 0,
			ready:    observed && s.Replicas == replicas && s.AvailableReplicas >= replicas && outdated == 0,
			progress: progress(observed, replicas, s.Replicas, s.AvailableReplicas, outdated),
		}
		for _, claim := range d.Spec.VolumeClaimTemplates {
			w.claims = append(w.claims, claim.Name)
		}
		if d.Spec.Ordinals != nil {
			w.first = d.Spec.Ordinals.Start
		}
		return w, err
	})
}

// outdatedIn counts the pods that an update has yet to replace. Those below the
// partition, and those that only a deletion would replace, stay as they are.
func outdatedIn(d *appsv1.StatefulSet) int32 {
	strategy, s := d.Spec.UpdateStrategy, d.Status
	if strategy.Type == appsv1.OnDeleteStatefulSetStrategyType || s.UpdateRevision == s.CurrentRevision {
		return 0
	}
	partition := int32(0)
	if strategy.RollingUpdate != nil && strategy.RollingUpdate.Partition != nil {
		partition = *strategy.RollingUpdate.Partition
	}
	return max(0, orOne(d.Spec.Replicas)-partition-s.UpdatedReplicas)
}

func (c *Client) patchStatefulSet(ctx context.Context, name string, patch []byte) error {
	_, err := c.kube.AppsV1().StatefulSets(c.namespace).Patch(ctx, name, patching, patch, patchOptions)
	return err
}
