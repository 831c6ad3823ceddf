package engine

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// helmAsked is true while the pod of a core action asks for the change of the
// release: an action that calls upgrade_deployment_version marks its own pod so, and
// waits for what the run's record says of the release. The change itself is made by
// the engine, with the operator's permissions and through the gate, as ever.
func (r *run) helmAsked() bool {
	for _, action := range r.current().Actions {
		if action.Mode != v1.ModeCore || action.State != v1.ActionRunning {
			continue
		}
		for _, pod := range r.watcher.podsOf(action.Job) {
			if pod.Annotations[v1.AnnotationAsks] == v1.AsksHelm && pod.Status.Phase == corev1.PodRunning {
				return true
			}
		}
	}
	return false
}

// releaseFailed records that Helm failed, for the action that waits for it, perhaps.
func (r *run) releaseFailed(ctx context.Context, failure error, elapsed time.Duration) error {
	err := r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) { status.Run.HelmFailure = failure.Error() })
	if err != nil {
		return err
	}
	r.helmErr = failure
	r.report(Event{Kind: HelmFailed, Mode: v1.ModeCore, Elapsed: elapsed, Message: failure.Error()})
	return nil
}
