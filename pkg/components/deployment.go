package components

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (c *Client) deployments(ctx context.Context) ([]workload, error) {
	list, err := c.kube.AppsV1().Deployments(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return convert(list.Items, func(d *appsv1.Deployment) (workload, error) {
		pods, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		replicas, s := orOne(d.Spec.Replicas), d.Status
		observed := s.ObservedGeneration >= d.Generation
		w := workload{
			kind: deployment, meta: d.ObjectMeta, template: d.Spec.Template, pods: pods, replicas: replicas, paused: d.Spec.Paused,
			settled:  observed && replicas == 0 && s.Replicas == 0,
			ready:    observed && s.UpdatedReplicas >= replicas && s.Replicas == s.UpdatedReplicas && s.AvailableReplicas >= replicas,
			progress: rollout(observed, replicas, s),
			trouble:  replicaFailure(s.Conditions),
		}
		if d.Spec.Paused {
			w.progress += "; its rollout is paused"
		}
		return w, err
	})
}

// replicaFailure is why a Deployment's pods cannot be made, a quota for one: the
// Event about it is its ReplicaSet's.
func replicaFailure(conditions []appsv1.DeploymentCondition) string {
	for _, condition := range conditions {
		if condition.Type == appsv1.DeploymentReplicaFailure && condition.Status == corev1.ConditionTrue {
			return condition.Reason + ": " + condition.Message
		}
	}
	return ""
}

func (c *Client) patchDeployment(ctx context.Context, name string, patch []byte) error {
	_, err := c.kube.AppsV1().Deployments(c.namespace).Patch(ctx, name, patching, patch, patchOptions)
	return err
}
