package webhook

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/lru"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// errBusy: the decision ended before its turn to read came.
var errBusy = errors.New("too many records are being read at this moment")

// contents are what records say, by their version: that never changes, so a record of
// 1 MiB is read and unpacked once, and a few hundred bytes of it are kept. Which records
// there are, and in which version, is asked of the API server each time.
type contents struct{ cache *lru.Cache }

// maxContents is of how many records the content is kept.
const maxContents = 10_000

func newContents() contents { return contents{lru.New(maxContents)} }

// version is one state of an object.
type version struct {
	uid     types.UID
	version string
}

func versionOf(object metav1.Object) version {
	return version{object.GetUID(), object.GetResourceVersion()}
}

// get finds a record, nil when its content is none.
func (c contents) get(object metav1.Object) (record *release.Record, known bool) {
	found, known := c.cache.Get(versionOf(object))
	if !known {
		return nil, false
	}
	return found.(*release.Record), true
}

func (c contents) put(object metav1.Object, record *release.Record) {
	c.cache.Add(versionOf(object), record)
}

// content is what a record says, in the version that is named or a later one; nil when
// that is no content, or the record is gone.
func (c cluster) content(ctx context.Context, of *metav1.PartialObjectMetadata) (*release.Record, error) {
	if record, known := c.contents.get(of); known {
		return record, nil
	}
	if !c.reading.enter(ctx) {
		return nil, errBusy
	}
	defer c.reading.leave()
	object, decode := recordObject(of.Kind)
	if err := c.client.Get(ctx, client.ObjectKeyFromObject(of), object); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("reading the Helm release record %s/%s (%s): %w", of.Namespace, of.Name, of.Kind, err)
	}
	if !c.decoding.enter(ctx) {
		return nil, errBusy
	}
	defer c.decoding.leave()
	record, err := decode()
	if err != nil {
		c.log.Info("skipped a release record", "problem", err.Error())
		record = nil
	}
	c.contents.put(object, record)
	return record, nil
}

// recordObject is an empty object of a storage, and reads the record when it is full.
func recordObject(kind string) (client.Object, func() (*release.Record, error)) {
	if kind == "ConfigMap" {
		configMap := &corev1.ConfigMap{}
		return configMap, func() (*release.Record, error) { return release.FromConfigMap(configMap) }
	}
	secret := &corev1.Secret{}
	return secret, func() (*release.Record, error) { return release.FromSecret(secret) }
}

// readAll reads objects side by side, as many as may be in memory at a time, and leaves
// out those that turn out to be nothing.
func readAll[T any](ctx context.Context, items []metav1.PartialObjectMetadata, read func(context.Context, *metav1.PartialObjectMetadata) (*T, error)) ([]T, error) {
	results := make([]*T, len(items))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxReading)
	for i := range items {
		group.Go(func() (err error) { results[i], err = read(ctx, &items[i]); return err })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var found []T
	for _, result := range results {
		if result != nil {
			found = append(found, *result)
		}
	}
	return found, nil
}
