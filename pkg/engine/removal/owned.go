package removal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

// Object is something that goes with a deployment.
type Object struct {
	// Kind is the word for people.
	Kind string
	Name string

	uid, owner types.UID
}

// String names it as kubectl does.
func (o Object) String() string { return strings.ToLower(o.Kind) + "/" + o.Name }

// ownedKinds bear the deployment's label, in the order in which they are told.
var ownedKinds = []struct {
	kind string
	list func() client.ObjectList
}{
	{"Job", func() client.ObjectList { return &batchv1.JobList{} }},
	{"Pod", func() client.ObjectList { return &corev1.PodList{} }},
	{"ConfigMap", func() client.ObjectList { return &corev1.ConfigMapList{} }},
	{"Secret", func() client.ObjectList { return &corev1.SecretList{} }},
}

// labelled lists what bears the deployment's label, and its lock.
func labelled(ctx context.Context, c client.Client, d *v1.StyrminDeployment) ([]Object, error) {
	var found []Object
	for _, kind := range ownedKinds {
		list := kind.list()
		if err := c.List(ctx, list, client.InNamespace(d.Namespace), client.MatchingLabels{v1.LabelDeployment: d.Name}); err != nil {
			return nil, fmt.Errorf("list the %ss of StyrminDeployment %s/%s: %w", kind.kind, d.Namespace, d.Name, err)
		}
		err := meta.EachListItem(list, func(item runtime.Object) error {
			if object, ok := item.(client.Object); ok {
				found = append(found, toObject(kind.kind, object))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	lease := &coordinationv1.Lease{}
	err := c.Get(ctx, client.ObjectKey{Namespace: d.Namespace, Name: lock.LeaseName(d.Name)}, lease)
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("read the lock of StyrminDeployment %s/%s: %w", d.Namespace, d.Name, err)
	}
	if err == nil {
		found = append(found, toObject("Lease", lease))
	}
	return found, nil
}

func toObject(kind string, object client.Object) Object {
	found := Object{Kind: kind, Name: object.GetName(), uid: object.GetUID()}
	if owners := object.GetOwnerReferences(); len(owners) > 0 {
		found.owner = owners[0].UID
	}
	return found
}

// belonging keeps what one of the owners owns, directly or through another one. Each
// that it finds becomes an owner, so that a pod is known after its Job is gone.
func belonging(all []Object, owners map[types.UID]bool) []Object {
	for grown := true; grown; {
		grown = false
		for _, object := range all {
			if owners[object.owner] && !owners[object.uid] {
				owners[object.uid], grown = true, true
			}
		}
	}
	return slices.DeleteFunc(all, func(object Object) bool { return !owners[object.owner] })
}

// Count says how many there are of each kind, such as "2 Jobs, 1 Pod".
func Count(objects []Object) string {
	counts := map[string]int{}
	var kinds []string
	for _, object := range objects {
		if counts[object.Kind]++; counts[object.Kind] == 1 {
			kinds = append(kinds, object.Kind)
		}
	}
	for i, kind := range kinds {
		words := fmt.Sprintf("%d %s", counts[kind], kind)
		if counts[kind] != 1 {
			words += "s"
		}
		kinds[i] = words
	}
	return strings.Join(kinds, ", ")
}
