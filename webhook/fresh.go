package webhook

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fresh lists Secrets and ConfigMaps at once, as they were at a moment that is past
// or later. An API server answers a list of what is there now from memory, when it
// has made sure that this is current, which takes up to 100 ms; a list of what was
// there at a version that it has reached, it answers right away. So to wait and to
// read are two things, and only who reads has the content of records in memory.
type fresh struct {
	client.Reader
	// secrets and configMaps are the versions that have been reached.
	secrets, configMaps string
}

// asOfNow waits until the API server knows all that happened before the call.
func (c cluster) asOfNow(ctx context.Context, namespace string) (*fresh, error) {
	f := &fresh{Reader: c.client}
	group, ctx := errgroup.WithContext(ctx)
	for kind, version := range map[string]*string{"Secret": &f.secrets, "ConfigMap": &f.configMaps} {
		group.Go(func() error {
			list := partialList(kind)
			if err := c.client.List(ctx, list, client.InNamespace(namespace), client.Limit(1)); err != nil {
				return fmt.Errorf("listing the %ss of namespace %s: %w", kind, namespace, err)
			}
			*version = list.GetResourceVersion()
			return nil
		})
	}
	return f, group.Wait()
}

// List implements client.Reader.
func (f *fresh) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	asked := (&client.ListOptions{}).ApplyOptions(options)
	version := ""
	switch list.(type) {
	case *corev1.SecretList:
		version = f.secrets
	case *corev1.ConfigMapList:
		version = f.configMaps
	}
	if version == "" || asked.Continue != "" {
		return f.Reader.List(ctx, list, asked)
	}
	reached := *asked
	reached.Raw = &metav1.ListOptions{ResourceVersion: version, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan}
	err := f.Reader.List(ctx, list, &reached)
	if apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge) {
		// Another API server, which is behind.
		return f.Reader.List(ctx, list, asked)
	}
	return err
}
