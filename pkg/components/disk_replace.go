package components

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
)

// claim is one of the restore's; nil when it is not there.
func (r *diskRestore) claim(ctx context.Context, name string) (*corev1.PersistentVolumeClaim, error) {
	claim, err := r.kube.CoreV1().PersistentVolumeClaims(r.namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return claim, err
}

// restored is true for a claim that this restore has made.
func (r *diskRestore) restored(claim *corev1.PersistentVolumeClaim) bool {
	return r.mark.ID != "" && claim.Annotations[v1.AnnotationRestore] == r.mark.ID
}

// keepVolumes lets the volumes of all claims that are to be replaced outlast them.
func (r *diskRestore) keepVolumes(ctx context.Context) error {
	for _, name := range r.names {
		claim, err := r.claim(ctx, name)
		if err != nil {
			return err
		}
		if claim == nil || r.restored(claim) {
			continue
		}
		if err := r.keepVolume(ctx, claim); err != nil {
			return err
		}
	}
	return nil
}

// keepVolume makes the volume of a claim stay when the claim goes.
func (r *diskRestore) keepVolume(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	name := claim.Spec.VolumeName
	if name == "" {
		return nil // it never had one
	}
	volumes := r.kube.CoreV1().PersistentVolumes()
	volume, err := volumes.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil // lost already, and the claim with it
	}
	if err == nil && (volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain || volume.Labels[v1.LabelReplaced] == "") {
		var patch []byte
		if patch, err = json.Marshal(map[string]any{
			"metadata": map[string]any{"labels": map[string]string{v1.LabelReplaced: snapshot.LabelValue(r.set.Deployment)}},
			"spec":     map[string]any{"persistentVolumeReclaimPolicy": corev1.PersistentVolumeReclaimRetain},
		}); err == nil {
			_, err = volumes.Patch(ctx, name, patching, patch, patchOptions)
		}
	}
	if apierrors.IsForbidden(err) {
		return &UnsupportedError{What: fmt.Sprintf("a restore of the kind %s keeps the volumes that it replaces, which needs the permissions get and patch on persistentvolumes; "+
			"nothing was done. Let somebody who has them restore by `kubectl styrmin component restore`, or bind the ClusterRole styrmin-disk-restore: %v", diskKind, err)}
	}
	if err != nil {
		return fmt.Errorf("let volume %s of claim %s outlast it: %w", name, claim.Name, err)
	}
	return nil
}

// replace makes a claim anew from its snapshot, unless this restore has done so.
func (r *diskRestore) replace(ctx context.Context, from snapshot.Snapshot) error {
	name := from.Record.Claim.Name
	for {
		old, err := r.claim(ctx, name)
		if err != nil {
			return err
		}
		if old != nil && r.restored(old) {
			return r.bound(ctx, old)
		}
		if old != nil {
			// It may be another than before: nothing is deleted whose volume does not stay.
			if err := r.keepVolume(ctx, old); err != nil {
				return err
			}
			if err := r.deleteClaim(ctx, old); err != nil {
				return err
			}
		}
		_, err = r.kube.CoreV1().PersistentVolumeClaims(r.namespace).Create(ctx, from.Restored(r.mark.ID), metav1.CreateOptions{FieldManager: v1.FieldOwner})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("make claim %s/%s from snapshot %s: %w", r.namespace, name, from.Name, err)
		}
		if err == nil {
			r.report("claim %s is made from snapshot %s", name, from.Name)
		}
	}
}

// deleteClaim deletes just this claim, and waits until it is gone, which Kubernetes puts
// off while a pod has it.
func (r *diskRestore) deleteClaim(ctx context.Context, old *corev1.PersistentVolumeClaim) error {
	volume := orNone(slices.DeleteFunc([]string{old.Spec.VolumeName}, func(name string) bool { return name == "" }))
	r.report("deleting claim %s; its volume stays, with what it has now: %s", old.Name, volume)
	err := r.kube.CoreV1().PersistentVolumeClaims(r.namespace).Delete(ctx, old.Name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(old.UID))})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("delete claim %s/%s: %w", r.namespace, old.Name, err)
	}
	for {
		now, err := r.claim(ctx, old.Name)
		if err == nil && (now == nil || now.UID != old.UID) {
			return nil
		}
		if err != nil && ctx.Err() == nil && !transient(err) {
			return err
		}
		if r.sleep(ctx, r.poll) != nil {
			return fmt.Errorf("claim %s/%s does not go: %w%s", r.namespace, old.Name, context.Cause(ctx), r.usedBy(ctx, old.Name))
		}
	}
}

// usedBy says which pods have a claim, at the end of an error.
func (r *diskRestore) usedBy(ctx context.Context, claim string) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	users, err := r.users(ctx, []string{claim})
	if err != nil || len(users) == 0 {
		return ""
	}
	return "\nIt is in use by " + strings.Join(describeUsers(users), ", ")
}

// bound waits for a claim's volume, where one is made before a pod asks for it. Who may
// not look at storage classes sees it when the pods start.
func (r *diskRestore) bound(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	class, err := r.storageClass(ctx, claim.Name, claim.Spec)
	if err != nil || class == nil || class.VolumeBindingMode != nil && *class.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer {
		return err
	}
	for {
		now, err := r.claim(ctx, claim.Name)
		switch {
		case err != nil && ctx.Err() == nil && !transient(err):
			return err
		case err == nil && now == nil:
			return fmt.Errorf("claim %s/%s was deleted meanwhile", r.namespace, claim.Name)
		case err == nil && now.Status.Phase == corev1.ClaimBound:
			return nil
		}
		if r.sleep(ctx, r.poll) != nil {
			return fmt.Errorf("claim %s/%s gets no volume from its snapshot: %w\n`kubectl describe pvc %[2]s -n %[1]s` says why", r.namespace, claim.Name, context.Cause(ctx))
		}
	}
}
