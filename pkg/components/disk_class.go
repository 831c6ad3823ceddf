package components

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
)

// storageClass is what makes a claim's volume; nil for who may not look. Without one no
// volume can be made from a snapshot, which is an *UnsupportedError.
func (c *Client) storageClass(ctx context.Context, claim string, spec corev1.PersistentVolumeClaimSpec) (*storagev1.StorageClass, error) {
	if spec.StorageClassName == nil || *spec.StorageClassName == "" {
		return nil, &UnsupportedError{What: fmt.Sprintf("claim %s/%s names no storage class, so that nothing would make a volume from its snapshot; nothing was done", c.namespace, claim)}
	}
	class, err := c.kube.StorageV1().StorageClasses().Get(ctx, *spec.StorageClassName, metav1.GetOptions{})
	switch {
	case apierrors.IsForbidden(err):
		return nil, nil
	case apierrors.IsNotFound(err):
		return nil, &UnsupportedError{What: fmt.Sprintf("claim %s/%s is of the storage class %s, which there is not, so that nothing would make a volume from its snapshot; nothing was done", c.namespace, claim, *spec.StorageClassName)}
	case err != nil:
		return nil, fmt.Errorf("read the storage class of claim %s/%s: %w", c.namespace, claim, err)
	}
	return class, nil
}

// checkSource refuses a claim that could not be brought back from a snapshot, or of whose
// volume the snapshot controller could make none. Who may not look at what belongs to no
// namespace leaves it to the controllers to say so.
func (c *Client) checkSource(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	if _, err := c.storageClass(ctx, claim.Name, claim.Spec); err != nil {
		return err
	}
	volume, err := c.kube.CoreV1().PersistentVolumes().Get(ctx, claim.Spec.VolumeName, metav1.GetOptions{})
	if apierrors.IsForbidden(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the volume of claim %s/%s: %w", c.namespace, claim.Name, err)
	}
	if volume.Spec.CSI == nil {
		return &UnsupportedError{What: fmt.Sprintf("claim %s/%s has the volume %s, which is no CSI driver's, so that no snapshot can be made of it; nothing was done", c.namespace, claim.Name, volume.Name)}
	}
	why, err := c.snapshots().Unmakeable(ctx, volume.Spec.CSI.Driver)
	if apierrors.IsForbidden(err) {
		return nil
	}
	if err != nil || why == "" {
		return served(err)
	}
	return &UnsupportedError{What: fmt.Sprintf("claim %s/%s: %s; nothing was done", c.namespace, claim.Name, why)}
}

// checkClasses refuses to restore what nothing would make volumes for.
func (c *Client) checkClasses(ctx context.Context, set snapshot.Set) error {
	for _, from := range set.Snapshots {
		if _, err := c.storageClass(ctx, from.Record.Claim.Name, from.Record.Claim.Spec); err != nil {
			return err
		}
	}
	return nil
}
