package engine

import (
	"context"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// statusWriter writes a deployment's status. The engine that holds the lock is
// the status's only writer but for who aborts the run; so a conflict means that,
// or that somebody changed the spec or the metadata: read again and go on.
type statusWriter struct {
	client client.Client

	mu     sync.Mutex
	stored *v1.StyrminDeployment
}

func newStatusWriter(c client.Client, deployment *v1.StyrminDeployment) *statusWriter {
	return &statusWriter{client: c, stored: deployment.DeepCopy()}
}

// update changes the status and stores it.
func (w *statusWriter) update(ctx context.Context, change func(*v1.StyrminDeploymentStatus)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		next := w.stored.DeepCopy()
		change(&next.Status)
		err := w.client.Status().Update(ctx, next)
		if apierrors.IsConflict(err) {
			return w.refresh(ctx, err)
		}
		if err == nil {
			w.stored = next
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("record the run in StyrminDeployment %s/%s: %w", w.stored.Namespace, w.stored.Name, err)
	}
	return nil
}

// refresh reads the object again and returns the conflict, so that the update is tried again.
func (w *statusWriter) refresh(ctx context.Context, conflict error) error {
	var fresh v1.StyrminDeployment
	if err := w.client.Get(ctx, client.ObjectKeyFromObject(w.stored), &fresh); err != nil {
		return err
	}
	known := w.stored.Status.Run
	if aborted := abortOf(fresh.Status.Run); aborted != nil && known != nil && known.ID == aborted.Run && !known.Phase.Over() {
		return aborted
	}
	if known != nil && (fresh.UID != w.stored.UID || fresh.Status.Run == nil || fresh.Status.Run.ID != known.ID) {
		return fmt.Errorf("run %s is not recorded there any more: somebody replaced the status", known.ID)
	}
	w.stored = &fresh
	return conflict
}

// deployment returns a copy of the stored deployment.
func (w *statusWriter) deployment() *v1.StyrminDeployment {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stored.DeepCopy()
}
