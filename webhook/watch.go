package webhook

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// follow lists, hands over what there is, and then every object that changes,
// until the context ends, the watch does, or each says that it is enough. The watch
// begins where the list ended: with an old etcd, an API server cannot begin one
// at the newest state by itself.
func follow[T client.Object](ctx context.Context, c client.WithWatch, list client.ObjectList, items func() []T, each func(T, watch.EventType) (enough bool), options ...client.ListOption) error {
	if err := c.List(ctx, list, options...); err != nil {
		return err
	}
	for _, item := range items() {
		if each(item, watch.Added) {
			return nil
		}
	}
	from := &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.GetResourceVersion()}}
	watcher, err := c.Watch(ctx, list, append(options, from)...)
	if err != nil {
		return err
	}
	defer watcher.Stop()
	for event := range watcher.ResultChan() {
		if event.Type == watch.Error {
			return apierrors.FromObject(event.Object)
		}
		if item, ok := event.Object.(T); ok && each(item, event.Type) {
			return nil
		}
	}
	return nil
}

// pointers are the items of a list, without copying them.
func pointers[T any](items []T) []*T {
	out := make([]*T, len(items))
	for i := range items {
		out[i] = &items[i]
	}
	return out
}
