package webhook

import (
	"context"
	"fmt"
	"sort"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

// cluster is what the webhook reads, and the Events that it leaves. The client
// is a direct one: cached reads would judge by an old state. Memory says only
// where to look first.
type cluster struct {
	client client.WithWatch
	memory *Memory
	log    logr.Logger
	// reading bounds how many objects with content are in memory at a time, and decoding
	// how many of them are being unpacked; see limits.go.
	reading, decoding limit
	contents          contents
}

func newCluster(direct client.WithWatch, memory *Memory, log logr.Logger) cluster {
	return cluster{client: direct, memory: memory, log: log, reading: make(limit, maxReading), decoding: make(limit, maxDecoding), contents: newContents()}
}

func (c cluster) namespace(ctx context.Context, name string) (*corev1.Namespace, error) {
	var namespace corev1.Namespace
	if err := c.client.Get(ctx, client.ObjectKey{Name: name}, &namespace); err != nil {
		return nil, fmt.Errorf("reading namespace %s: %w", name, err)
	}
	return &namespace, nil
}

// registered reads a registered driver; nil when there is none of that name.
func (c cluster) registered(ctx context.Context, name string) (*driver.Driver, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1.GroupVersion.WithKind("ApplicationDriver"))
	err := c.client.Get(ctx, client.ObjectKey{Name: name}, object)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading ApplicationDriver %s: %w", name, err)
	}
	return driver.FromObject(object.Object)
}

// findDeployment returns nil when there is none.
func (c cluster) findDeployment(ctx context.Context, namespace, name string) (*v1.StyrminDeployment, error) {
	var deployment v1.StyrminDeployment
	err := c.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &deployment)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading StyrminDeployment %s/%s: %w", namespace, name, err)
	}
	return &deployment, nil
}

// governing finds the deployment that governs a release, the oldest if there
// are several; nil for none. Those that are remembered are read by name, which takes
// no list; only when none of them governs the release any more, all are listed.
func (c cluster) governing(ctx context.Context, namespace, releaseName string) (*v1.StyrminDeployment, error) {
	var known []v1.StyrminDeployment
	for _, name := range c.memory.governors(namespace, releaseName) {
		deployment, err := c.findDeployment(ctx, namespace, name)
		if err != nil {
			return nil, err
		}
		if deployment != nil {
			known = append(known, *deployment)
		}
	}
	if governing := oldestGoverning(known, releaseName); governing != nil {
		return governing, nil
	}
	var all v1.StyrminDeploymentList
	if err := c.listDeployments(ctx, namespace, &all); err != nil {
		return nil, err
	}
	return oldestGoverning(all.Items, releaseName), nil
}

func oldestGoverning(all []v1.StyrminDeployment, releaseName string) *v1.StyrminDeployment {
	var governing []*v1.StyrminDeployment
	for i := range all {
		if all[i].ReleaseName() == releaseName {
			governing = append(governing, &all[i])
		}
	}
	if len(governing) == 0 {
		return nil
	}
	sort.Slice(governing, func(i, j int) bool {
		a, b := governing[i], governing[j]
		if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
			return a.CreationTimestamp.Before(&b.CreationTimestamp)
		}
		return a.Name < b.Name
	})
	return governing[0]
}

func (c cluster) listDeployments(ctx context.Context, namespace string, into *v1.StyrminDeploymentList) error {
	if err := c.client.List(ctx, into, client.InNamespace(namespace)); err != nil {
		return fmt.Errorf("listing the StyrminDeployments of namespace %s: %w", namespace, err)
	}
	return nil
}
