// Package access knows which permissions a run needs, and asks the API server for them.
package access

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Permission is what has to be allowed on one kind of object.
type Permission struct {
	Group, Resource, Subresource string
	// ClusterScoped is true for kinds that live in no namespace.
	ClusterScoped bool
	Verbs         []string
}

// Needed is what a run does with the operator's own permissions: the deployment
// and its status, the instance, the Jobs with their output, Helm's records, the
// lock and Events, and what the pre actions stopped. What the chart contains is the chart's own affair.
func Needed() []Permission {
	group := v1.GroupVersion.Group
	return []Permission{
		{Group: group, Resource: "applicationdrivers", ClusterScoped: true, Verbs: []string{"get"}},
		{Group: group, Resource: "styrmindeployments", Verbs: []string{"get", "list", "watch", "create", "update"}},
		{Group: group, Resource: "styrmindeployments", Subresource: "status", Verbs: []string{"update"}},
		{Group: "batch", Resource: "jobs", Verbs: []string{"get", "list", "watch", "create", "delete"}},
		{Resource: "pods", Verbs: []string{"list", "watch"}},
		{Resource: "pods", Subresource: "log", Verbs: []string{"get"}},
		{Resource: "configmaps", Verbs: []string{"get", "list", "create", "update", "delete"}},
		{Resource: "secrets", Verbs: []string{"get", "list", "create", "update", "delete"}},
		{Group: "apps", Resource: "deployments", Verbs: []string{"list"}},
		{Group: "apps", Resource: "statefulsets", Verbs: []string{"list"}},
		{Group: "apps", Resource: "daemonsets", Verbs: []string{"list"}},
		{Group: "apps", Resource: "replicasets", Verbs: []string{"list"}},
		{Group: "batch", Resource: "cronjobs", Verbs: []string{"list"}},
		{Group: "coordination.k8s.io", Resource: "leases", Verbs: []string{"get", "create", "update"}},
		{Resource: "events", Verbs: []string{"create"}},
	}
}

// Missing lists what the user may not do of what a run needs in a namespace, each as
// "KIND: VERB, VERB".
func Missing(ctx context.Context, kube kubernetes.Interface, namespace string) ([]string, error) {
	var missing []string
	for _, p := range Needed() {
		denied, err := Denied(ctx, kube, namespace, p)
		if err != nil {
			return nil, err
		}
		if len(denied) > 0 {
			missing = append(missing, fmt.Sprintf("%s: %s", p, strings.Join(denied, ", ")))
		}
	}
	return missing, nil
}

// Denied lists the verbs of a permission that the user does not have in a namespace.
func Denied(ctx context.Context, kube kubernetes.Interface, namespace string, p Permission) ([]string, error) {
	if p.ClusterScoped {
		namespace = ""
	}
	var denied []string
	for _, verb := range p.Verbs {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: namespace, Verb: verb, Group: p.Group, Resource: p.Resource, Subresource: p.Subresource,
			},
		}}
		answer, err := kube.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
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
func (p Permission) String() string {
	name := p.Resource
	if p.Group != "" {
		name += "." + p.Group
	}
	if p.Subresource != "" {
		name += "/" + p.Subresource
	}
	if p.ClusterScoped {
		name += " (cluster-wide)"
	}
	return name
}
