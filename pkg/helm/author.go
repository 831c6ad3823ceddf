package helm

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Author is the name under which the API server knows the client that began a revision,
// such as "helm" or "helm-controller"; empty when it does not tell.
func (c *Client) Author(ctx context.Context, name string, revision int) (string, error) {
	s, err := c.session()
	if err != nil {
		return "", err
	}
	kube, err := s.KubernetesClientSet()
	if err != nil {
		return "", err
	}
	meta, err := c.recordMeta(ctx, kube, release.Key(name, revision))
	if err != nil {
		return "", fmt.Errorf("reading the record of release %q revision %d in namespace %q: %w", name, revision, c.namespace, clusterError(err))
	}
	if len(meta.ManagedFields) == 0 {
		return "", nil
	}
	first := slices.MinFunc(meta.ManagedFields, func(a, b metav1.ManagedFieldsEntry) int {
		if a.Time == nil || b.Time == nil {
			return 0
		}
		return a.Time.Compare(b.Time.Time)
	})
	return first.Manager, nil
}

// recordMeta reads the object of a record.
func (c *Client) recordMeta(ctx context.Context, kube kubernetes.Interface, key string) (metav1.ObjectMeta, error) {
	switch c.storage {
	case "configmap", "configmaps":
		object, err := kube.CoreV1().ConfigMaps(c.namespace).Get(ctx, key, metav1.GetOptions{})
		if err != nil {
			return metav1.ObjectMeta{}, err
		}
		return object.ObjectMeta, nil
	default:
		object, err := kube.CoreV1().Secrets(c.namespace).Get(ctx, key, metav1.GetOptions{})
		if err != nil {
			return metav1.ObjectMeta{}, err
		}
		return object.ObjectMeta, nil
	}
}
