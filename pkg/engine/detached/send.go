package detached

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// CheckAccount looks for the service account that an engine is to work as.
func CheckAccount(ctx context.Context, kube kubernetes.Interface, namespace, name string) error {
	_, err := kube.CoreV1().ServiceAccounts(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		next := "A platform admin runs: kubectl styrmin prepare " + namespace
		if name != DefaultServiceAccount {
			next = "Check --engine-service-account; without it the engine works as " + DefaultServiceAccount + "."
		}
		return &engine.PreflightError{Message: fmt.Sprintf("namespace %s has no service account %s for an engine to work as\nNothing was changed. %s", namespace, name, next)}
	}
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("read service account %s/%s: %w", namespace, name, err)
	}
	return nil
}

// Send creates an engine's Job with its request. The Job comes first, since it owns the
// request, and is let go last, so that no pod waits for what its sender did not live to
// create. It is a *lock.TakenError when another engine is under way.
func Send(ctx context.Context, kube kubernetes.Interface, s Spec, request map[string][]byte) (*batchv1.Job, error) {
	job, err := create(ctx, kube, s)
	if err != nil {
		return nil, err
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Name: secretName(s.ID), Namespace: job.Namespace, Labels: job.Labels,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Immutable: new(true),
		Data:      request,
	}
	if _, err := kube.CoreV1().Secrets(job.Namespace).Create(ctx, secret, metav1.CreateOptions{FieldManager: v1.FieldOwner}); err != nil {
		return nil, fmt.Errorf("store the request as Secret %s/%s: %w", secret.Namespace, secret.Name, err)
	}
	// With its UID, so that nobody else's Job of the same name is let go.
	patch := fmt.Sprintf(`{"metadata":{"uid":%q},"spec":{"suspend":false}}`, job.UID)
	job, err = kube.BatchV1().Jobs(secret.Namespace).Patch(ctx, job.Name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: v1.FieldOwner})
	if err != nil {
		return nil, fmt.Errorf("start Job %s/%s: %w", secret.Namespace, JobName(s.Deployment.Name), err)
	}
	return job, nil
}

// create creates the Job in the place of one that is over.
func create(ctx context.Context, kube kubernetes.Interface, s Spec) (*batchv1.Job, error) {
	before, err := find(ctx, kube, s.Deployment.Namespace, s.Deployment.Name)
	if err != nil {
		return nil, err
	}
	if before != nil && !over(before) {
		return nil, taken(before, s.Deployment.Name)
	}
	if before != nil {
		if err := Remove(ctx, kube, before); err != nil {
			return nil, err
		}
	}
	job, err := kube.BatchV1().Jobs(s.Deployment.Namespace).Create(ctx, build(s), metav1.CreateOptions{FieldManager: v1.FieldOwner})
	if apierrors.IsAlreadyExists(err) {
		if other, err := find(ctx, kube, s.Deployment.Namespace, s.Deployment.Name); err == nil && other != nil {
			return nil, taken(other, s.Deployment.Name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("create Job %s/%s for the engine: %w", s.Deployment.Namespace, JobName(s.Deployment.Name), err)
	}
	return job, nil
}

// Remove deletes an engine's Job, and with it its request and its pods. One that is gone,
// or that another has taken the place of, is fine.
func Remove(ctx context.Context, kube kubernetes.Interface, job *batchv1.Job) error {
	err := kube.BatchV1().Jobs(job.Namespace).Delete(ctx, job.Name, metav1.DeleteOptions{
		PropagationPolicy: new(metav1.DeletePropagationBackground), Preconditions: metav1.NewUIDPreconditions(string(job.UID)),
	})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("delete Job %s/%s: %w", job.Namespace, job.Name, err)
	}
	return nil
}
