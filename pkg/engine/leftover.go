package engine

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// refuseLeftovers refuses a new run while an action of an earlier one, whose
// engine was interrupted, is still at work: beside it the new run could not keep
// its order, and both would change the same application.
func (e *Engine) refuseLeftovers(ctx context.Context, deployment *v1.StyrminDeployment) error {
	var list batchv1.JobList
	err := e.Client.List(ctx, &list, client.InNamespace(deployment.Namespace),
		client.MatchingLabels{v1.LabelDeployment: deployment.Name}, client.HasLabels{v1.LabelRun})
	if err != nil {
		return fmt.Errorf("list the Jobs of StyrminDeployment %s/%s: %w", deployment.Namespace, deployment.Name, err)
	}
	for i := range list.Items {
		job := &list.Items[i]
		if jobs.StateOf(job) != v1.ActionRunning {
			continue
		}
		return &RefusedError{
			What: fmt.Sprintf("action %s of run %s is still under way as Job %s, and this would be a new run with other inputs",
				job.Annotations[v1.AnnotationAction], job.Labels[v1.LabelRun], job.Name),
			Next: fmt.Sprintf("No new run was started. Wait for its end (kubectl styrmin status %s -n %s), resume that run with its own inputs, or end the action: kubectl delete job %s -n %s",
				deployment.Name, deployment.Namespace, job.Name, deployment.Namespace),
		}
	}
	return nil
}
