package components

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// claimSize is what is asked for when nobody has made the claim before.
const claimSize = "10Gi"

// BackupClaim is the name of the PersistentVolumeClaim with a deployment's backups.
func BackupClaim(deployment string) string { return deployment + "-backups" }

func (v Vault) claim() string { return BackupClaim(v.Deployment) }

// needClaim makes sure that there is a claim.
type needClaim func(*Client, context.Context, Vault) error

// openVault starts a pod that has the claim.
func (c *Client) openVault(ctx context.Context, v Vault, need needClaim) (*openVault, error) {
	if err := need(c, ctx, v); err != nil {
		return nil, err
	}
	c.clearVaults(ctx, v)
	pod, err := c.createVault(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("start the pod that keeps backups: %w", err)
	}
	if err := c.awaitVault(ctx, v, pod); err != nil {
		_ = c.discard(ctx, pod)
		return nil, err
	}
	return &openVault{client: c, pod: pod}, nil
}

// createVault is not broken off: a pod of which nobody knows the name could not be deleted.
func (c *Client) createVault(ctx context.Context, v Vault) (*corev1.Pod, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	pod := v.podOf(ctx, c.vaultIdle)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTime)
	defer cancel()
	return c.kube.CoreV1().Pods(c.namespace).Create(ctx, pod, metav1.CreateOptions{FieldManager: v1.FieldOwner})
}

// createTime is how long the API server has to make a pod.
const createTime = 30 * time.Second

// clearVaults deletes the pods that have ended by themselves, because their primitives
// were killed. What cannot be deleted is left to the next.
func (c *Client) clearVaults(ctx context.Context, v Vault) {
	selector := labels.SelectorFromSet(labels.Set{v1.LabelVault: v.Deployment})
	pods, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{LabelSelector: selector.String()})
	if err != nil {
		return
	}
	for _, pod := range pods.Items {
		if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			_ = c.discard(ctx, &pod)
		}
	}
}

// ensureClaim makes the claim, unless it is there. It has no owner: backups outlast
// the deployment, until somebody deletes the claim.
func (c *Client) ensureClaim(ctx context.Context, v Vault) error {
	claims := c.kube.CoreV1().PersistentVolumeClaims(c.namespace)
	_, err := claims.Get(ctx, v.claim(), metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return err
	}
	_, err = claims.Create(ctx, &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: v.claim(), Labels: map[string]string{v1.LabelVault: v.Deployment}},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(claimSize)}},
		},
	}, metav1.CreateOptions{FieldManager: v1.FieldOwner})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the claim %s for backups: %w", v.claim(), err)
	}
	c.report("made the claim %s of %s for backups; nothing deletes it but `kubectl delete pvc %[1]s -n %[3]s`", v.claim(), claimSize, c.namespace)
	return nil
}

// findClaim makes none: without one there are no backups, which vault.ErrNone says.
func (c *Client) findClaim(ctx context.Context, v Vault) error {
	_, err := c.kube.CoreV1().PersistentVolumeClaims(c.namespace).Get(ctx, v.claim(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("%w: there is no claim %s", vault.ErrNone, v.claim())
	}
	return err
}

// awaitVault waits until the pod runs.
func (c *Client) awaitVault(ctx context.Context, v Vault, pod *corev1.Pod) error {
	ctx, cancel := context.WithTimeout(ctx, DefaultPodWait)
	defer cancel()
	state := "it was just made"
	for {
		now, err := c.kube.CoreV1().Pods(c.namespace).Get(ctx, pod.Name, metav1.GetOptions{})
		switch {
		case err == nil && isReady(*now):
			return nil
		case err == nil && (now.Status.Phase == corev1.PodFailed || now.Status.Phase == corev1.PodSucceeded):
			return fmt.Errorf("the pod that keeps backups ended: %s", podState(*now))
		case err == nil:
			state = podState(*now)
		case ctx.Err() == nil && !transient(err):
			return fmt.Errorf("wait for the pod that keeps backups: %w", err)
		}
		if c.sleep(ctx, c.poll) != nil {
			return fmt.Errorf("the pod that keeps backups does not start: %s: %w\n"+
				"It needs the claim %s. Where the namespace has no default storage class, make a claim of that name, of the size and class that backups shall have", state, context.Cause(ctx), v.claim())
		}
	}
}
