package engine

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// permission is what has to be allowed on one kind of object.
type permission struct {
	group, resource, subresource string
	// clusterScoped is true for kinds that live in no namespace.
	clusterScoped bool
	verbs         []string
}

// needed is what a run does with the operator's own permissions: the deployment
// and its status, the instance, the Jobs with their output, Helm's records, the
// lock and Events, and what the pre actions stopped. What the chart contains is the chart's own affair.
func needed() []permission {
	group := v1.GroupVersion.Group
	return []permission{
		{group: group, resource: "applicationdrivers", clusterScoped: true, verbs: []string{"get"}},
		{group: group, resource: "styrmindeployments", verbs: []string{"get", "list", "watch", "create", "update"}},
		{group: group, resource: "styrmindeployments", subresource: "status", verbs: []string{"update"}},
		{group: "batch", resource: "jobs", verbs: []string{"get", "list", "watch", "create", "delete"}},
		{resource: "pods", verbs: []string{"list", "watch"}},
		{resource: "pods", subresource: "log", verbs: []string{"get"}},
		{resource: "configmaps", verbs: []string{"get", "list", "create", "update", "delete"}},
		{resource: "secrets", verbs: []string{"get", "list", "create", "update", "delete"}},
		{group: "apps", resource: "deployments", verbs: []string{"list"}},
		{group: "apps", resource: "statefulsets", verbs: []string{"list"}},
		{group: "batch", resource: "cronjobs", verbs: []string{"list"}},
		{group: "coordination.k8s.io", resource: "leases", verbs: []string{"get", "create", "update"}},
		{resource: "events", verbs: []string{"create"}},
	}
}

// checkPermissions asks the API server about every permission and reports all that are missing.
func (e *Engine) checkPermissions(ctx context.Context, namespace string) error {
	var missing []string
	for _, p := range needed() {
		denied, err := e.denied(ctx, namespace, p)
		if err != nil {
			return err
		}
		if len(denied) > 0 {
			missing = append(missing, fmt.Sprintf("  %s: %s", p, strings.Join(denied, ", ")))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &PreflightError{fmt.Sprintf("you lack permissions that a run needs in namespace %s:\n%s\nNothing was changed. Ask a platform admin for the role `edit` there; `kubectl styrmin install` adds what Styrmin needs to it.",
		namespace, strings.Join(missing, "\n"))}
}

// denied lists the verbs of a permission that the operator does not have.
func (e *Engine) denied(ctx context.Context, namespace string, p permission) ([]string, error) {
	if p.clusterScoped {
		namespace = ""
	}
	var denied []string
	for _, verb := range p.verbs {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: namespace, Verb: verb, Group: p.group, Resource: p.resource, Subresource: p.subresource,
			},
		}}
		answer, err := e.Kube.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err != nil {
			return nil, fmt.Errorf("ask the API server what you may do: %w", err)
		}
		if !answer.Status.Allowed {
			denied = append(denied, verb)
		}
	}
	return denied, nil
}

// String names the kind as kubectl does: RESOURCE.GROUP/SUBRESOURCE.
func (p permission) String() string {
	name := p.resource
	if p.group != "" {
		name += "." + p.group
	}
	if p.subresource != "" {
		name += "/" + p.subresource
	}
	if p.clusterScoped {
		name += " (cluster-wide)"
	}
	return name
}
