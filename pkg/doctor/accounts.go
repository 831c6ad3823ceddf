package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/access"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// account is who works in a namespace, and what for.
type account struct {
	namespace, name, purpose string
	needed                   []access.Permission
	level                    Level
}

// permissions asks what the user lacks of what a run needs, in the given namespace.
func permissions(ctx context.Context, e *examination) ([]Finding, error) {
	missing, err := access.Missing(ctx, e.Kube, e.Namespace)
	if err != nil {
		return nil, err
	}
	if len(missing) == 0 {
		return fine("you may do what setup and upgrade need in namespace %s", e.Namespace), nil
	}
	return []Finding{{
		Level: Warning, Found: fmt.Sprintf("you lack permissions that a run needs in namespace %s: %s", e.Namespace, some(missing)),
		Why: "setup and upgrade refuse to begin.", Next: fmt.Sprintf("a platform admin gives you the role edit there: kubectl -n %s create rolebinding NAME --clusterrole=edit --user=YOU", e.Namespace),
	}}, nil
}

// accounts asks what the service accounts of actions and engines lack.
func accounts(ctx context.Context, e *examination) ([]Finding, error) {
	all, err := e.accounts()
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, a := range all {
		missing, err := e.lacks(ctx, a)
		if err != nil {
			return findings, err
		}
		if len(missing) > 0 {
			findings = append(findings, Finding{
				Level: a.level, Found: fmt.Sprintf("service account %s/%s lacks: %s", a.namespace, a.name, some(missing)),
				Why: a.purpose, Next: fmt.Sprintf("kubectl styrmin prepare %s gives it to the accounts that it makes; others need a RoleBinding", a.namespace),
			})
		}
	}
	return orFine(findings, "%s may do what %s for", plural(len(all), "service account"), "they are there"), nil
}

// accounts are those of all deployments: of their actions, and of engines in the cluster.
func (e *examination) accounts() ([]account, error) {
	primitives, err := neededByActions()
	if err != nil {
		return nil, err
	}
	var all []account
	add := func(a account) {
		if !slices.ContainsFunc(all, func(b account) bool { return a.namespace == b.namespace && a.name == b.name }) {
			all = append(all, a)
		}
	}
	for i := range e.deployments {
		d := &e.deployments[i]
		names := []string{jobs.Settings(d, "").ServiceAccount}
		for action := range d.Spec.Jobs.Actions {
			names = append(names, jobs.Settings(d, action).ServiceAccount)
		}
		slices.Sort(names)
		for _, name := range names {
			add(account{d.Namespace, name, "Primitives that actions call fail without it.", primitives, Problem})
		}
		add(account{d.Namespace, detached.DefaultServiceAccount, "Engines in the cluster (--detach) do not work there; that may be meant.", access.Needed(), Warning})
	}
	return all, nil
}

// neededByActions is the role that `prepare` gives to actions.
func neededByActions() (needed []access.Permission, err error) {
	objects, err := install.RenderNamespace(install.Namespace{Name: "any"})
	if err != nil {
		return nil, err
	}
	for _, object := range objects {
		if object.GetKind() != "Role" || object.GetName() != jobs.DefaultServiceAccount {
			continue
		}
		var role rbacv1.Role
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role); err != nil {
			return nil, err
		}
		for _, rule := range role.Rules {
			for _, resource := range rule.Resources {
				name, sub, _ := strings.Cut(resource, "/")
				needed = append(needed, access.Permission{Group: rule.APIGroups[0], Resource: name, Subresource: sub, Verbs: rule.Verbs})
			}
		}
	}
	return needed, nil
}

// lacks lists what an account may not do of what it needs, each as "KIND: VERB, VERB".
func (e *examination) lacks(ctx context.Context, a account) (missing []string, err error) {
	user := fmt.Sprintf("system:serviceaccount:%s:%s", a.namespace, a.name)
	groups := []string{"system:authenticated", "system:serviceaccounts", "system:serviceaccounts:" + a.namespace}
	for _, p := range a.needed {
		var verbs []string
		for _, verb := range p.Verbs {
			attributes := &authorizationv1.ResourceAttributes{Namespace: a.namespace, Verb: verb, Group: p.Group, Resource: p.Resource, Subresource: p.Subresource}
			if p.ClusterScoped {
				attributes.Namespace = ""
			}
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: user, Groups: groups, ResourceAttributes: attributes}}
			if err := e.Client.Create(ctx, review); err != nil {
				return nil, err
			}
			if !review.Status.Allowed {
				verbs = append(verbs, verb)
			}
		}
		if len(verbs) > 0 {
			missing = append(missing, fmt.Sprintf("%s: %s", p, strings.Join(verbs, ", ")))
		}
	}
	return missing, nil
}
