package components

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// users are the pods that have one of the claims. Those that have ended keep it as well.
func (c *Client) users(ctx context.Context, claims []string) ([]corev1.Pod, error) {
	list, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("find the pods that have the claims %s: %w", strings.Join(claims, ", "), err)
	}
	return slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool {
		return !slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool {
			return v.PersistentVolumeClaim != nil && slices.Contains(claims, v.PersistentVolumeClaim.ClaimName)
		})
	}), nil
}

func describeUsers(pods []corev1.Pod) []string {
	var lines []string
	for _, pod := range pods {
		lines = append(lines, fmt.Sprintf("pod %s (%s)", pod.Name, pod.Status.Phase))
	}
	return lines
}

// refuseOthers refuses to restore while a pod has one of the claims that no stop of the
// component takes away.
func (r *diskRestore) refuseOthers(ctx context.Context) error {
	users, err := r.users(ctx, r.names)
	if err != nil {
		return err
	}
	own, err := r.podsOf(ctx, r.component)
	if err != nil {
		return err
	}
	users = slices.DeleteFunc(users, func(pod corev1.Pod) bool {
		return slices.ContainsFunc(own, func(one corev1.Pod) bool { return one.UID == pod.UID })
	})
	if len(users) == 0 {
		return nil
	}
	return &UnsupportedError{What: fmt.Sprintf("%s has a volume that is to be replaced, and does not go when the component is stopped; nothing was done. Stop what it belongs to, or delete it if it has ended",
		strings.Join(describeUsers(users), ", "))}
}

// tellLeft tells of claims that the component has now and had not when the backup was made.
func (r *diskRestore) tellLeft(ctx context.Context) error {
	if r.component.Backup == nil {
		return nil
	}
	now, err := r.claimsOf(ctx, r.component)
	if err != nil {
		r.report("which claims the component has besides is not known: %v", err)
		return ctx.Err()
	}
	for _, name := range now {
		if !slices.Contains(r.names, name) {
			r.report("claim %s is not in the backup, and stays as it is", name)
		}
	}
	return nil
}
