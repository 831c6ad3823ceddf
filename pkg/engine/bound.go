package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// errRunTimeout ends the work on a run that has passed its own bound.
var errRunTimeout = errors.New("the run has passed its bound")

// bound is how long this engine may work on the run; 0 for as long as it takes.
func (r *run) bound() time.Duration {
	return time.Duration(r.prepared.Desired.Spec.Jobs.RunTimeoutSeconds) * time.Second
}

// loopWithinBound is loop, ended when the run passes its bound (E5): the Jobs
// that are under way end with it, and so the cluster is as still as the record says.
func (r *run) loopWithinBound(ctx context.Context) (paused bool, err error) {
	if r.bound() == 0 {
		return r.loop(ctx)
	}
	bounded, cancel := context.WithTimeoutCause(ctx, r.bound()-r.engine.now().Sub(r.began), errRunTimeout)
	defer cancel()
	paused, err = r.loop(bounded)
	if err != nil && ctx.Err() == nil && errors.Is(context.Cause(bounded), errRunTimeout) {
		return false, r.passedBound(ctx)
	}
	return paused, err
}

// passedBound stops what is under way and records the failure.
func (r *run) passedBound(ctx context.Context) error {
	decision := lifecycle.Decision{Mode: r.mode, Failed: true}
	for _, action := range r.current().Actions {
		if action.State != v1.ActionRunning {
			continue
		}
		if err := r.stop(ctx, action); err != nil {
			return err
		}
		decision.FailedActions = append(decision.FailedActions, action.Name)
	}
	r.overBound = true
	return r.fail(ctx, decision)
}

// stop deletes the Job of a running action, whose pod ends with it, and records
// the failure. The next attempt waits until the pod has ended.
func (r *run) stop(ctx context.Context, action v1.ActionStatus) error {
	jobs := r.engine.Kube.BatchV1().Jobs(r.prepared.Desired.Namespace)
	err := jobs.Delete(ctx, action.Job, metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("stop action %s: delete Job %s/%s: %w", action.Name, r.prepared.Desired.Namespace, action.Job, err)
	}
	action.State, action.EndedAt, action.Message = v1.ActionFailed, r.timestamp(), "it was stopped"
	if err := r.setAction(ctx, action); err != nil {
		return err
	}
	r.report(transition(action))
	r.keepLogs(action.Job)
	return nil
}
