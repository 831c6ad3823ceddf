package doctor

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// unreadable is a deployment that the CRD's schema let in, and that cannot be read.
type unreadable struct {
	namespace, name string
	err             error
}

// gatherDeployments reads the deployments one by one, so that one which cannot be
// read does not hide the others. Those of namespaces that end are left out.
func (e *examination) gatherDeployments(ctx context.Context, ending map[string]bool) error {
	var all unstructured.UnstructuredList
	all.SetGroupVersionKind(v1.GroupVersion.WithKind("StyrminDeploymentList"))
	if err := e.Client.List(ctx, &all); err != nil && !meta.IsNoMatchError(err) && !apierrors.IsNotFound(err) {
		return fmt.Errorf("list StyrminDeployments: %w", err)
	}
	for _, item := range all.Items {
		var d v1.StyrminDeployment
		err := runtime.DefaultUnstructuredConverter.FromUnstructured(item.Object, &d)
		switch {
		case ending[item.GetNamespace()]:
		case err != nil:
			e.unreadable = append(e.unreadable, unreadable{item.GetNamespace(), item.GetName(), err})
		default:
			e.deployments = append(e.deployments, d)
		}
	}
	return nil
}

// readable finds deployments that nothing can read.
func readable(_ context.Context, e *examination) ([]Finding, error) {
	var findings []Finding
	for _, u := range e.unreadable {
		findings = append(findings, Finding{
			Level: Problem, Found: fmt.Sprintf("StyrminDeployment %s/%s cannot be read: %v", u.namespace, u.name, u.err),
			Why:  "The gate cannot decide about any governed release of that namespace while it is there, and refuses its changes; the other checks left it out.",
			Next: fmt.Sprintf("correct it with `kubectl edit styrmindeployment %s -n %s`", u.name, u.namespace),
		})
	}
	return orFine(findings, "%s can be read", plural(len(e.deployments), "deployment")), nil
}
