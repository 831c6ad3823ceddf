package install

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Installer applies and removes objects. Report is told of each step.
type Installer struct {
	Client client.Client
	Report func(line string)
}

// Apply applies the objects in their order on the server. It waits for CRDs to
// be served and changes nothing that is as it should be.
func (i Installer) Apply(ctx context.Context, objects []*unstructured.Unstructured) error {
	for _, object := range objects {
		if err := i.applyOne(ctx, object); err != nil {
			return fmt.Errorf("applying %s: %w", describe(object), err)
		}
		i.Report("applied " + describe(object))
	}
	for _, object := range objects {
		if object.GetKind() != "CustomResourceDefinition" {
			continue
		}
		if err := i.established(ctx, object); err != nil {
			return err
		}
	}
	return nil
}

// applyOne applies an object, unless it has to exist only.
func (i Installer) applyOne(ctx context.Context, object *unstructured.Unstructured) error {
	// The server's answer is written into the object; keep what was given.
	given := object.DeepCopy()
	if isMadeOnce(object) {
		return client.IgnoreAlreadyExists(i.Client.Create(ctx, given, client.FieldOwner(v1.FieldOwner)))
	}
	return i.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(given), client.FieldOwner(v1.FieldOwner), client.ForceOwnership)
}

// isMadeOnce is true for what is left as it is when it exists. To apply a namespace
// that says nothing but its name would take away what an earlier installation set, its
// gate for one, until it is set again. A claim's volume may have been enlarged, and
// nothing else of a claim can be changed.
func isMadeOnce(object *unstructured.Unstructured) bool {
	switch object.GetKind() {
	case "Namespace":
		return len(object.GetLabels()) == 0 && len(object.GetAnnotations()) == 0
	case kindClaim:
		return true
	}
	return false
}

func (i Installer) established(ctx context.Context, crd *unstructured.Unstructured) error {
	const deadline = 30 * time.Second
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, deadline, true, func(ctx context.Context) (bool, error) {
		current := crd.DeepCopy()
		if err := i.Client.Get(ctx, client.ObjectKeyFromObject(crd), current); err != nil {
			return false, err
		}
		conditions, _, _ := unstructured.NestedSlice(current.Object, "status", "conditions")
		for _, c := range conditions {
			condition, _ := c.(map[string]any)
			if condition["type"] == "Established" && condition["status"] == "True" {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return fmt.Errorf("waiting for %s to be served (at most %s): %w", describe(crd), deadline, err)
	}
	return nil
}

// Remove deletes the objects from last to first, so that the webhook's
// configurations go before what answers them. What is gone already is fine.
func (i Installer) Remove(ctx context.Context, objects []*unstructured.Unstructured) error {
	for n := len(objects) - 1; n >= 0; n-- {
		object := objects[n]
		err := i.Client.Delete(ctx, object.DeepCopy(), client.PropagationPolicy("Background"))
		switch {
		case err == nil:
			i.Report("deleted " + describe(object))
		case apierrors.IsNotFound(err), meta.IsNoMatchError(err):
		default:
			return fmt.Errorf("deleting %s: %w", describe(object), err)
		}
	}
	return nil
}

// describe names an object as kubectl does.
func describe(object *unstructured.Unstructured) string {
	name := object.GetKind() + " " + object.GetName()
	if namespace := object.GetNamespace(); namespace != "" {
		return fmt.Sprintf("%s %s/%s", object.GetKind(), namespace, object.GetName())
	}
	return name
}
