package install

import (
	"context"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/types"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// NoStorage as Options.PrefectStorage keeps the Prefect server's data in its pod.
const NoStorage = "none"

const (
	kindClaim    = "PersistentVolumeClaim"
	defaultClass = "storageclass.kubernetes.io/is-default-class"
)

// storagePatches exchange the claim of the manifests, which is of the cluster's default StorageClass.
func (o Options) storagePatches() []types.Patch {
	switch o.PrefectStorage {
	case "":
		return nil
	case NoStorage:
		return []types.Patch{{Patch: withoutClaimPatch}, {Patch: inPodPatch}}
	default:
		return []types.Patch{{Patch: fmt.Sprintf(classPatch, o.PrefectStorage)}}
	}
}

const classPatch = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: prefect-server
  namespace: styrmin
spec:
  storageClassName: %q
`

const withoutClaimPatch = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: prefect-server
  namespace: styrmin
$patch: delete
`

const inPodPatch = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: prefect-server
  namespace: styrmin
spec:
  template:
    spec:
      volumes:
        - name: data
          persistentVolumeClaim: null
          emptyDir: {}
`

// NoDefaultClassError says that a claim of the default StorageClass would wait for ever.
type NoDefaultClassError struct {
	// Classes are the StorageClasses that there are.
	Classes []string
}

// Error names the choices that are left.
func (e *NoDefaultClassError) Error() string {
	classes := "it has none at all"
	if len(e.Classes) > 0 {
		classes = "it has " + strings.Join(e.Classes, ", ")
	}
	return fmt.Sprintf("the Prefect server's data needs a volume, and the cluster has no default StorageClass (%s); nothing was changed.\n"+
		"Choose one: --prefect-storage CLASS, or --prefect-storage %s, with which the flows' runs go with the server's pod", classes, NoStorage)
}

// CheckStorage finds out, before anything is installed, whether there is a volume to be
// had for the Prefect server. A class that is named may have volumes without existing itself.
func CheckStorage(ctx context.Context, reader client.Reader, o Options) error {
	if !o.Prefect || o.PrefectStorage != "" {
		return nil
	}
	claimed, err := read(ctx, reader, client.ObjectKey{Namespace: v1.SystemNamespace, Name: PrefectName}, &corev1.PersistentVolumeClaim{})
	if claimed || err != nil {
		return err
	}
	var classes storagev1.StorageClassList
	err = reader.List(ctx, &classes)
	if apierrors.IsForbidden(err) {
		return nil // Then the wait for the server tells.
	}
	if err != nil {
		return fmt.Errorf("list the StorageClasses: %w", err)
	}
	names := make([]string, 0, len(classes.Items))
	for _, class := range classes.Items {
		if class.Annotations[defaultClass] == "true" {
			return nil
		}
		names = append(names, class.Name)
	}
	return &NoDefaultClassError{Classes: names}
}

// observeStorage finds out where an installed Prefect server has its data.
func (o *Options) observeStorage(ctx context.Context, reader client.Reader, server *appsv1.Deployment) error {
	name := ""
	for _, volume := range server.Spec.Template.Spec.Volumes {
		if volume.Name == "data" && volume.PersistentVolumeClaim != nil {
			name = volume.PersistentVolumeClaim.ClaimName
		}
	}
	if name == "" {
		o.PrefectStorage = NoStorage
		return nil
	}
	var claim corev1.PersistentVolumeClaim
	if _, err := read(ctx, reader, client.ObjectKey{Namespace: v1.SystemNamespace, Name: name}, &claim); err != nil {
		return err
	}
	if class := claim.Spec.StorageClassName; class != nil {
		o.PrefectStorage = *class
	}
	return nil
}
