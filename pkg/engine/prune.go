package engine

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// prune deletes the Jobs, kept outputs and instances of runs that the history has
// forgotten, however those ended, but not the instance of what is deployed. A run does not
// fail for it: what is left over is deleted when the next one begins.
func (r *run) prune(ctx context.Context) {
	status := r.status.deployment().Status
	runs, instances := map[string]bool{}, map[string]bool{}
	keep := func(run, instance string) { runs[run], instances[instance] = true, true }
	keep(status.Run.ID, status.Run.Instance)
	for _, past := range status.History {
		keep(past.ID, past.Instance)
	}
	if status.Active != nil {
		instances[status.Active.Instance] = true
	}
	if deployed := r.prepared.Situation.Deployed; deployed != nil {
		instances[deployed.Instance] = true
	}
	for _, forgotten := range []struct {
		list  client.ObjectList
		label string
		keep  map[string]bool
	}{
		{&batchv1.JobList{}, v1.LabelRun, runs},
		{&corev1.ConfigMapList{}, v1.LabelRun, runs},
		{&corev1.ConfigMapList{}, v1.LabelInstance, instances},
		{&corev1.SecretList{}, v1.LabelInstance, instances},
	} {
		_ = r.deleteForgotten(ctx, forgotten.list, forgotten.label, forgotten.keep)
	}
}

// deleteForgotten deletes the deployment's objects whose label's value is not kept.
func (r *run) deleteForgotten(ctx context.Context, list client.ObjectList, label string, keep map[string]bool) error {
	c, desired := r.engine.Client, r.prepared.Desired
	err := c.List(ctx, list, client.InNamespace(desired.Namespace),
		client.MatchingLabels{v1.LabelDeployment: desired.Name}, client.HasLabels{label})
	if err != nil {
		return err
	}
	return meta.EachListItem(list, func(item runtime.Object) error {
		object, ok := item.(client.Object)
		if !ok || keep[object.GetLabels()[label]] {
			return nil
		}
		return client.IgnoreNotFound(c.Delete(ctx, object, client.PropagationPolicy(metav1.DeletePropagationBackground)))
	})
}
