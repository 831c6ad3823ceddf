package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/access"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// PreflightError means that the cluster is not ready for a run, or that the
// operator lacks permissions. Nothing was changed.
type PreflightError struct{ Message string }

// Error says what is missing and who can mend it.
func (e *PreflightError) Error() string { return e.Message }

// Preflight checks that the cluster can be reached, knows our kinds, has the
// namespace and lets the operator do what a run needs there. It comes before
// anything else is read, so that who may do little is told all of it at once.
func (e *Engine) Preflight(ctx context.Context, namespace string) error {
	if err := e.Look(ctx, namespace); err != nil {
		return err
	}
	return e.checkPermissions(ctx, namespace)
}

// Look checks that the cluster can be reached, knows our kinds and has the
// namespace. That is enough for a plan, which says itself what is not permitted.
func (e *Engine) Look(ctx context.Context, namespace string) error {
	if err := e.Reachable(); err != nil {
		return err
	}
	return e.checkNamespace(ctx, namespace)
}

// Reachable checks that the cluster answers and knows our kinds.
func (e *Engine) Reachable() error {
	_, err := e.Kube.Discovery().ServerResourcesForGroupVersion(v1.GroupVersion.String())
	if apierrors.IsNotFound(err) {
		return &PreflightError{"the cluster does not know the kinds of styrmin.io/v1 (no CustomResourceDefinitions applicationdrivers.styrmin.io and styrmindeployments.styrmin.io)\nNothing was changed. A platform admin runs: kubectl styrmin install"}
	}
	if err != nil {
		return fmt.Errorf("reach the cluster: %w", err)
	}
	return nil
}

// checkNamespace leaves it to checkPermissions to speak when the namespace may not be read.
func (e *Engine) checkNamespace(ctx context.Context, namespace string) error {
	found, err := e.Kube.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if err == nil && found.DeletionTimestamp != nil {
		return &EndingError{Namespace: namespace}
	}
	if apierrors.IsNotFound(err) {
		return &PreflightError{fmt.Sprintf("the cluster has no namespace %s\nNothing was changed. Check --namespace; to create it, a platform admin runs: kubectl styrmin prepare %s", namespace, namespace)}
	}
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("read namespace %s: %w", namespace, err)
	}
	return nil
}

// checkPermissions reports everything that the operator may not do of what a run needs.
func (e *Engine) checkPermissions(ctx context.Context, namespace string) error {
	missing, err := access.Missing(ctx, e.Kube, namespace)
	if err != nil || len(missing) == 0 {
		return err
	}
	return &PreflightError{fmt.Sprintf("you lack permissions that a run needs in namespace %s:\n  %s\nNothing was changed. Ask a platform admin for the role `edit` there; `kubectl styrmin install` adds what Styrmin needs to it.",
		namespace, strings.Join(missing, "\n  "))}
}

// checkServiceAccounts looks for the accounts that the driver's actions run as.
func (e *Engine) checkServiceAccounts(ctx context.Context, d *driver.Driver, desired *v1.StyrminDeployment) error {
	names := []string{jobs.Settings(desired, "").ServiceAccount}
	for _, action := range d.Object.Spec.Actions {
		names = append(names, jobs.Settings(desired, action.Name).ServiceAccount)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if err := e.checkServiceAccount(ctx, desired.Namespace, name); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) checkServiceAccount(ctx context.Context, namespace, name string) error {
	_, err := e.Kube.CoreV1().ServiceAccounts(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		next := "A platform admin runs: kubectl styrmin prepare " + namespace
		if name != jobs.DefaultServiceAccount {
			next = "Check --service-account and the deployment's spec.jobs; without them the actions run as " + jobs.DefaultServiceAccount + "."
		}
		return &PreflightError{fmt.Sprintf("namespace %s has no service account %s for the actions to run as\nNothing was changed. %s", namespace, name, next)}
	}
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("read service account %s/%s: %w", namespace, name, err)
	}
	return nil
}
