package engine

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// DeploymentInformer watches one StyrminDeployment, across watches that break.
func DeploymentInformer(c client.WithWatch, namespace, name string) cache.SharedIndexInformer {
	narrow := func(options metav1.ListOptions) *client.ListOptions {
		return &client.ListOptions{Namespace: namespace, FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, name), Raw: &options}
	}
	return cache.NewSharedIndexInformer(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			list := &v1.StyrminDeploymentList{}
			return list, c.List(ctx, list, narrow(options))
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			return c.Watch(ctx, &v1.StyrminDeploymentList{}, narrow(options))
		},
	}, &v1.StyrminDeployment{}, 0, nil)
}

// DeploymentHandler hands every state of a StyrminDeployment to see, and tells
// when it is gone; gone may be nil. States are shared: see must not change them.
func DeploymentHandler(see func(*v1.StyrminDeployment), gone func()) cache.ResourceEventHandler {
	hand := func(object any) {
		if deployment, ok := object.(*v1.StyrminDeployment); ok {
			see(deployment)
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: hand, UpdateFunc: func(_, object any) { hand(object) }}
	if gone != nil {
		handler.DeleteFunc = func(any) { gone() }
	}
	return handler
}
