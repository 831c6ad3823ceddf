package engine

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

func ownerOf(deployment *v1.StyrminDeployment) metav1.OwnerReference { return jobs.Owner(deployment) }

// lockOf is the deployment's lock, for this engine to take.
func (e *Engine) lockOf(deployment *v1.StyrminDeployment) *lock.Lock {
	return lock.New(e.Kube, deployment.Namespace, deployment.Name, ownerOf(deployment))
}

// register makes sure that the cluster's ApplicationDriver is the one given.
func (e *Engine) register(ctx context.Context, p *Prepared) error {
	if !p.Register {
		return nil
	}
	registered, err := Registered(ctx, e.Client, p.Driver.Object.Name)
	if err != nil {
		return err
	}
	if registered != nil && registered.Digest() == p.Driver.Digest() {
		return nil
	}
	err = Register(ctx, e.Client, p.Driver)
	if forbidden(err) {
		return mayNotRegister(p.Driver)
	}
	return err
}

func mayNotRegister(d *driver.Driver) error {
	return &PreflightError{fmt.Sprintf("driver %s is not registered in the cluster as it stands in this directory, and you may not register it: that needs the permission patch on applicationdrivers.%s (cluster-wide)\nNothing was changed. Ask a driver author to run: kubectl styrmin driver load %s",
		d.Object.Name, v1.GroupVersion.Group, d.Dir)}
}

// forbidden is true for a missing permission; a webhook's denial has the same code.
func forbidden(err error) bool {
	return apierrors.IsForbidden(err) && !strings.Contains(err.Error(), "admission webhook")
}

// Registered reads a registered driver; nil when there is none of that name.
func Registered(ctx context.Context, reader client.Reader, name string) (*driver.Driver, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(v1.GroupVersion.WithKind("ApplicationDriver"))
	err := reader.Get(ctx, client.ObjectKey{Name: name}, object)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read ApplicationDriver %s: %w", name, err)
	}
	return driver.FromObject(object.Object)
}

// Register applies a driver with its files as an ApplicationDriver.
func Register(ctx context.Context, c client.Client, d *driver.Driver) error {
	object := &unstructured.Unstructured{Object: d.ToObject()}
	if err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner(v1.FieldOwner), client.ForceOwnership); err != nil {
		return fmt.Errorf("register ApplicationDriver %s: %w", d.Object.Name, err)
	}
	return nil
}

// ensureDeployment makes sure that there is a deployment to lock. The spec of
// one that exists is changed under the lock only.
func (e *Engine) ensureDeployment(ctx context.Context, p *Prepared) (*v1.StyrminDeployment, error) {
	existing, err := e.getDeployment(ctx, p.Desired.Namespace, p.Desired.Name)
	if err != nil || existing != nil {
		return existing, err
	}
	created := p.Desired.DeepCopy()
	err = e.Client.Create(ctx, created, client.FieldOwner(v1.FieldOwner))
	if apierrors.IsAlreadyExists(err) {
		return e.getDeployment(ctx, p.Desired.Namespace, p.Desired.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("create StyrminDeployment %s/%s: %w", p.Desired.Namespace, p.Desired.Name, err)
	}
	return created, nil
}

// acknowledge says of a spec that needs no run that it is carried out: what was true
// of the deployment is true of it, and who waits for a condition need not wait.
func (e *Engine) acknowledge(ctx context.Context, stored *v1.StyrminDeployment) error {
	if stored.Status.ObservedGeneration == stored.Generation {
		return nil
	}
	return newStatusWriter(e.Client, stored).update(ctx, func(status *v1.StyrminDeploymentStatus) {
		status.ObservedGeneration = stored.Generation
		for i := range status.Conditions {
			status.Conditions[i].ObservedGeneration = stored.Generation
		}
	})
}

// updateSpec brings the stored spec to the desired one.
func (e *Engine) updateSpec(ctx context.Context, stored *v1.StyrminDeployment, desired v1.StyrminDeploymentSpec) error {
	if equality.Semantic.DeepEqual(stored.Spec, desired) {
		return nil
	}
	stored.Spec = desired
	if err := e.Client.Update(ctx, stored, client.FieldOwner(v1.FieldOwner)); err != nil {
		return fmt.Errorf("update StyrminDeployment %s/%s: %w", stored.Namespace, stored.Name, err)
	}
	return nil
}
