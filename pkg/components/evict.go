package components

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// replacePods evicts a workload's pods, one after the other: the next when as many
// are ready as there were before. The components are what the workload was found for.
func (c *Client) replacePods(ctx context.Context, w workload, components []Component) error {
	pods, err := c.pods(ctx, w.pods)
	if err != nil {
		return err
	}
	for _, pod := range pods {
		c.report("evicting %s of %s", pod.Name, w)
		check := func(ctx context.Context, other workload) (*unfinished, error) {
			if other.String() != w.String() {
				return nil, nil
			}
			return c.replaced(ctx, other, pod, len(pods))
		}
		if err := c.wait(ctx, goal{verb: "restart", check: check}, components); err != nil {
			return err
		}
	}
	return nil
}

// replaced asks for a pod's eviction as long as it is there, and then says whether
// enough others are ready. A disruption budget may refuse for a while.
func (c *Client) replaced(ctx context.Context, w workload, old corev1.Pod, enough int) (*unfinished, error) {
	pods, err := c.pods(ctx, w.pods)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(pods, func(pod corev1.Pod) bool { return pod.UID == old.UID })
	ready := len(allReady(pods))
	switch {
	case at >= 0 && pods[at].DeletionTimestamp != nil:
		w.progress = fmt.Sprintf("pod %s still there", old.Name)
	case at >= 0:
		w.progress, err = c.evict(ctx, old)
	case ready < enough:
		w.progress = fmt.Sprintf("%d of %d pods ready", ready, enough)
	default:
		return nil, nil
	}
	return &unfinished{workload: w, pods: pods}, err
}

// evict asks for a pod's eviction, and says how far that is.
func (c *Client) evict(ctx context.Context, pod corev1.Pod) (progress string, err error) {
	err = c.kube.PolicyV1().Evictions(c.namespace).Evict(ctx, &policyv1.Eviction{
		ObjectMeta:    metav1.ObjectMeta{Name: pod.Name, Namespace: c.namespace},
		DeleteOptions: &metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(pod.UID))},
	})
	switch {
	case err == nil, apierrors.IsNotFound(err), apierrors.IsConflict(err):
		return fmt.Sprintf("pod %s evicted", pod.Name), nil
	case apierrors.IsTooManyRequests(err):
		return fmt.Sprintf("pod %s stays: %s", pod.Name, budget(err)), nil
	}
	return "", fmt.Errorf("evict pod %s: %w", pod.Name, err)
}

// budget is what the API server says of the disruption budget that refused.
func budget(err error) string {
	status, ok := err.(apierrors.APIStatus)
	if !ok || status.Status().Details == nil {
		return err.Error()
	}
	for _, cause := range status.Status().Details.Causes {
		if cause.Type == policyv1.DisruptionBudgetCause {
			return cause.Message
		}
	}
	return err.Error()
}
