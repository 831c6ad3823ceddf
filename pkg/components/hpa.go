package components

import (
	"context"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// horizontalAutoscalers lists Kubernetes' own autoscalers. They leave alone what is
// at 0, unless their lower bound is 0 itself; that bound is raised while the
// workload is stopped.
func (c *Client) horizontalAutoscalers(ctx context.Context) ([]autoscaler, error) {
	list, err := c.kube.AutoscalingV2().HorizontalPodAutoscalers(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var all []autoscaler
	for _, hpa := range list.Items {
		target, ok := kindOf(hpa.Spec.ScaleTargetRef.Kind)
		if !ok {
			continue
		}
		all = append(all, autoscaler{
			name: "horizontalpodautoscaler/" + hpa.Name, meta: hpa.ObjectMeta,
			target: string(target) + "/" + hpa.Spec.ScaleTargetRef.Name,
			wakes:  hpa.Spec.MinReplicas != nil && *hpa.Spec.MinReplicas == 0,
			pause: func() ([]byte, error) {
				return hpaPatch(hpa, new("0"), map[string]any{"minReplicas": pausedBound})
			},
			resume: func() ([]byte, error) {
				if *hpa.Spec.MinReplicas != pausedBound {
					return hpaPatch(hpa, nil, nil) // somebody, most often Helm, has set it since
				}
				return hpaPatch(hpa, nil, map[string]any{"minReplicas": 0})
			},
			patch: func(ctx context.Context, patch []byte) error {
				_, err := c.kube.AutoscalingV2().HorizontalPodAutoscalers(c.namespace).Patch(ctx, hpa.Name, patching, patch, patchOptions)
				return err
			},
		})
	}
	return all, nil
}

// pausedBound is the lower bound with which a target at 0 is left alone.
const pausedBound int32 = 1

// hpaPatch changes the spec, and the record of what it was.
func hpaPatch(hpa autoscalingv2.HorizontalPodAutoscaler, record *string, spec map[string]any) ([]byte, error) {
	return mergePatch(hpa.ObjectMeta, map[string]*string{v1.AnnotationPaused: record}, spec)
}
