package components

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// scaledObject is KEDA's autoscaler.
var scaledObject = schema.GroupVersionResource{Group: "keda.sh", Version: "v1alpha1", Resource: "scaledobjects"}

// kedaPaused is the annotation that makes KEDA leave a workload at its count.
const kedaPaused = "autoscaling.keda.sh/paused"

// scaledObjects lists KEDA's autoscalers; none where KEDA is not installed. They
// start what is at 0 whenever there is work.
func (c *Client) scaledObjects(ctx context.Context) ([]autoscaler, error) {
	if installed, err := c.serves(scaledObject); err != nil || !installed {
		return nil, err
	}
	list, err := c.dynamic.Resource(scaledObject).Namespace(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var all []autoscaler
	for _, object := range list.Items {
		if target := kedaTarget(object); target != "" {
			all = append(all, c.scaledObject(object, target))
		}
	}
	return all, nil
}

func (c *Client) scaledObject(object unstructured.Unstructured, target string) autoscaler {
	meta := metav1.ObjectMeta{Name: object.GetName(), ResourceVersion: object.GetResourceVersion(), Annotations: object.GetAnnotations()}
	was := meta.Annotations[kedaPaused]
	return autoscaler{
		name: "scaledobject/" + meta.Name, meta: meta, target: target,
		wakes: was != "true",
		pause: func() ([]byte, error) {
			return mergePatch(meta, map[string]*string{kedaPaused: new("true"), v1.AnnotationPaused: &was}, nil)
		},
		resume: func() ([]byte, error) {
			restored := new(meta.Annotations[v1.AnnotationPaused])
			if *restored == "" {
				restored = nil
			}
			return mergePatch(meta, map[string]*string{kedaPaused: restored, v1.AnnotationPaused: nil}, nil)
		},
		patch: func(ctx context.Context, patch []byte) error {
			_, err := c.dynamic.Resource(scaledObject).Namespace(c.namespace).Patch(ctx, meta.Name, patching, patch, patchOptions)
			return err
		},
	}
}

// kedaTarget is the workload of a ScaledObject; "" for what is none of ours.
func kedaTarget(object unstructured.Unstructured) string {
	ref, _, _ := unstructured.NestedStringMap(object.Object, "spec", "scaleTargetRef")
	manifest := ref["kind"]
	if manifest == "" {
		manifest = traits[deployment].manifest
	}
	target, ok := kindOf(manifest)
	if !ok || ref["name"] == "" {
		return ""
	}
	return string(target) + "/" + ref["name"]
}

// serves tells whether the cluster has a kind of object. Everybody may ask that;
// to list the objects takes a permission, which nobody has where there are none.
func (c *Client) serves(resource schema.GroupVersionResource) (bool, error) {
	list, err := c.kube.Discovery().ServerResourcesForGroupVersion(resource.GroupVersion().String())
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, served := range list.APIResources {
		if served.Name == resource.Resource {
			return true, nil
		}
	}
	return false, nil
}
