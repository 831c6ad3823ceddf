package install

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Namespace is how a namespace opts in. Empty fields keep what is set there.
type Namespace struct {
	Name string
	// Gate is enforce or warn; enforce when nothing is set.
	Gate string
	// Drivers set to "any" admits drivers that nobody registered.
	Drivers string
	// Images are prefixes of trusted images, separated by commas; "any" trusts all.
	Images string
	// Environment are names of variables that deployments may set for actions, separated by commas.
	Environment string
}

// Keep fills the empty fields with what the cluster has.
func (n Namespace) Keep(ctx context.Context, reader client.Reader) (Namespace, error) {
	var existing corev1.Namespace
	err := reader.Get(ctx, client.ObjectKey{Name: n.Name}, &existing)
	if apierrors.IsNotFound(err) {
		return n, nil
	}
	if err != nil {
		return n, fmt.Errorf("reading namespace %s: %w", n.Name, err)
	}
	n.Gate = orDefault(n.Gate, existing.Labels[v1.LabelGate])
	n.Drivers = orDefault(n.Drivers, existing.Annotations[v1.AnnotationDrivers])
	n.Images = orDefault(n.Images, existing.Annotations[v1.AnnotationImages])
	n.Environment = orDefault(n.Environment, existing.Annotations[v1.AnnotationEnvironment])
	return n, nil
}

// RenderNamespace builds what a namespace needs: the label that opts it in last,
// so that the webhook can read before it is asked.
func RenderNamespace(n Namespace) ([]*unstructured.Unstructured, error) {
	if Excluded(n.Name) {
		return nil, fmt.Errorf("namespace %s cannot opt in: the gate excludes it, so that it can never lock out the cluster or itself", n.Name)
	}
	overlay, err := yaml.Marshal(types.Kustomization{
		TypeMeta:  types.TypeMeta{APIVersion: types.KustomizationVersion, Kind: types.KustomizationKind},
		Namespace: n.Name,
		Resources: []string{manifestsDir + "/namespace"},
	})
	if err != nil {
		return nil, err
	}
	objects, err := build(overlay)
	if err != nil {
		return nil, err
	}
	for _, object := range objects {
		homeSubjects(object, n.Name)
	}
	return append(append([]*unstructured.Unstructured{n.object(false)}, objects...), n.object(true)), nil
}

// Excluded tells whether the gate leaves a namespace alone whatever its labels say.
func Excluded(namespace string) bool {
	return slices.Contains([]string{"kube-system", v1.SystemNamespace}, namespace)
}

// homeSubjects gives service accounts without a namespace the binding's own.
func homeSubjects(object *unstructured.Unstructured, namespace string) {
	subjects, _, _ := unstructured.NestedSlice(object.Object, "subjects")
	for _, s := range subjects {
		if subject, ok := s.(map[string]any); ok && subject["namespace"] == nil {
			subject["namespace"] = namespace
		}
	}
	if len(subjects) > 0 {
		object.Object["subjects"] = subjects
	}
}

// object is the namespace, without or with what opts it in.
func (n Namespace) object(optedIn bool) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": n.Name}}}
	if !optedIn {
		return object
	}
	object.SetLabels(map[string]string{v1.LabelGate: orDefault(n.Gate, v1.GateEnforce)})
	annotations := map[string]string{}
	for key, value := range map[string]string{v1.AnnotationDrivers: n.Drivers, v1.AnnotationImages: n.Images, v1.AnnotationEnvironment: n.Environment} {
		if value != "" {
			annotations[key] = value
		}
	}
	if len(annotations) > 0 {
		object.SetAnnotations(annotations)
	}
	return object
}
