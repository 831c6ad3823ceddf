package engine

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// PreflightError means that the cluster is not ready for a run, or that the
// operator lacks permissions. Nothing was changed.
type PreflightError struct{ Message string }

// Error says what is missing and who can mend it.
func (e *PreflightError) Error() string { return e.Message }

// preflight checks that the cluster can be reached, knows our kinds, lets the
// operator do what a run needs, and has the actions' service account.
func (e *Engine) preflight(ctx context.Context, request Request) error {
	if err := e.Reachable(); err != nil {
		return err
	}
	if err := e.checkPermissions(ctx, request); err != nil {
		return err
	}
	return e.checkServiceAccount(ctx, request.Desired)
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

// needed is what a run does with the operator's own permissions.
func needed(namespace string, register bool) []authorizationv1.ResourceAttributes {
	in := func(verb, group, resource, subresource string) authorizationv1.ResourceAttributes {
		return authorizationv1.ResourceAttributes{Namespace: namespace, Verb: verb, Group: group, Resource: resource, Subresource: subresource}
	}
	attributes := []authorizationv1.ResourceAttributes{
		in("get", v1.GroupVersion.Group, "styrmindeployments", ""),
		in("create", v1.GroupVersion.Group, "styrmindeployments", ""),
		in("update", v1.GroupVersion.Group, "styrmindeployments", ""),
		in("update", v1.GroupVersion.Group, "styrmindeployments", "status"),
		in("create", "batch", "jobs", ""),
		in("watch", "batch", "jobs", ""),
		in("watch", "", "pods", ""),
		in("get", "", "pods", "log"),
		in("create", "", "configmaps", ""),
		in("list", "", "configmaps", ""),
		in("create", "", "secrets", ""),
		in("list", "", "secrets", ""),
		in("update", "coordination.k8s.io", "leases", ""),
		in("create", "coordination.k8s.io", "leases", ""),
	}
	if !register {
		return attributes
	}
	return append(attributes, authorizationv1.ResourceAttributes{Verb: "get", Group: v1.GroupVersion.Group, Resource: "applicationdrivers"})
}

// checkPermissions asks the API server about every permission and reports all that are missing.
func (e *Engine) checkPermissions(ctx context.Context, request Request) error {
	var missing []string
	for _, attributes := range needed(request.Desired.Namespace, request.Register) {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &attributes}}
		answer, err := e.Kube.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err != nil {
			return fmt.Errorf("ask what you may do: %w", err)
		}
		if !answer.Status.Allowed {
			missing = append(missing, permission(attributes))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &PreflightError{fmt.Sprintf("you lack permissions in namespace %s: %s\nNothing was changed. Ask for the role `edit` there; `kubectl styrmin install` adds what Styrmin needs to it.",
		request.Desired.Namespace, strings.Join(missing, ", "))}
}

func permission(a authorizationv1.ResourceAttributes) string {
	resource := a.Resource
	if a.Subresource != "" {
		resource += "/" + a.Subresource
	}
	if a.Group != "" {
		resource += "." + a.Group
	}
	return a.Verb + " " + resource
}

func (e *Engine) checkServiceAccount(ctx context.Context, desired *v1.StyrminDeployment) error {
	name := desired.Spec.Jobs.ServiceAccount
	if name == "" {
		name = jobs.DefaultServiceAccount
	}
	_, err := e.Kube.CoreV1().ServiceAccounts(desired.Namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return &PreflightError{fmt.Sprintf("namespace %s has no service account %s for the actions to run as\nNothing was changed. A platform admin runs: kubectl styrmin prepare %s", desired.Namespace, name, desired.Namespace)}
	}
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("read service account %s/%s: %w", desired.Namespace, name, err)
	}
	return nil
}
