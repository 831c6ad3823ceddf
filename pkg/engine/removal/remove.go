package removal

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// Options say how to delete.
type Options struct {
	// Uninstall removes the Helm release, too, before the deployment.
	Uninstall bool
	// Timeout bounds Helm's wait, and then the wait until everything owned is gone.
	Timeout time.Duration
}

const interval = 250 * time.Millisecond

// Remove deletes the deployment, under its lock, and returns when everything that it
// owned is gone. What fails leaves the deployment, so that the same request goes on;
// once it is deleted, the cluster removes the rest also when nobody waits.
func (f *Found) Remove(ctx context.Context, e *engine.Engine, o Options) error {
	d := f.Deployment
	locked, release, err := lock.New(e.Kube, d.Namespace, d.Name, jobs.Owner(d)).Take(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := f.stillThere(locked, e); err != nil {
		return err
	}
	if o.Uninstall && f.Installed() != nil {
		if err := f.uninstall(locked, e, o.Timeout); err != nil {
			return err
		}
	}
	// In the foreground: the object stays, for whoever waits, until its Jobs are gone.
	err = e.Client.Delete(locked, d, client.Preconditions{UID: &d.UID}, client.PropagationPolicy(metav1.DeletePropagationForeground))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete StyrminDeployment %s/%s: %w", d.Namespace, d.Name, err)
	}
	release()
	return f.awaitGone(ctx, e, o.Timeout)
}

// stillThere looks again, under the lock: a run may have begun, and ended, meanwhile.
func (f *Found) stillThere(ctx context.Context, e *engine.Engine) error {
	now, err := read(ctx, e, f.Deployment.Namespace, f.Deployment.Name)
	if err != nil {
		return err
	}
	if err := over(now); err != nil {
		return err
	}
	sent, err := detached.UnderWay(ctx, e.Kube, now.Namespace, now.Name)
	if err != nil {
		return err
	}
	run, shown := now.Status.Run, f.Deployment.Status.Run
	if sent != nil || now.UID != f.Deployment.UID || (run == nil) != (shown == nil) || run != nil && run.ID != shown.ID {
		return &engine.RefusedError{
			What: fmt.Sprintf("StyrminDeployment %s/%s has changed since it was looked at: somebody began a run, or made it anew", now.Namespace, now.Name),
			Next: "Nothing was deleted. Run the same command again to see what would be.",
		}
	}
	return nil
}

// uninstall removes the release, unless another client is at work on it.
func (f *Found) uninstall(ctx context.Context, e *engine.Engine, timeout time.Duration) error {
	d := f.Deployment
	history, err := e.Helm.History(ctx, d.ReleaseName())
	if err != nil {
		return fmt.Errorf("read the history of Helm release %s/%s: %w", d.Namespace, d.ReleaseName(), err)
	}
	if pending := e.PendingElsewhere(ctx, d, history); pending != nil {
		return pending
	}
	if err := e.Helm.Uninstall(ctx, d.ReleaseName(), timeout); err != nil {
		return fmt.Errorf("%w\nStyrminDeployment %s/%s was not deleted; run the same command again", err, d.Namespace, d.Name)
	}
	return nil
}

// awaitGone waits until nothing that the deployment owned is there any more.
func (f *Found) awaitGone(ctx context.Context, e *engine.Engine, timeout time.Duration) error {
	d := f.Deployment
	var left []Object
	err := wait.PollUntilContextTimeout(ctx, interval, timeout, true, func(ctx context.Context) (bool, error) {
		all, err := labelled(ctx, e.Client, d)
		if err != nil {
			return false, err
		}
		if left = belonging(all, f.owners); len(left) > 0 {
			return false, nil
		}
		now := d.DeepCopy()
		err = e.Client.Get(ctx, client.ObjectKeyFromObject(d), now)
		if client.IgnoreNotFound(err) != nil {
			return false, fmt.Errorf("read StyrminDeployment %s/%s: %w", d.Namespace, d.Name, err)
		}
		return err != nil || now.UID != d.UID, nil
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return fmt.Errorf("StyrminDeployment %s/%s is being deleted, and after %s there is still: %s\nThe cluster removes it without further doing; the same command waits for it",
			d.Namespace, d.Name, timeout, names(left))
	}
	return err
}

func names(objects []Object) string {
	if len(objects) == 0 {
		return "the StyrminDeployment itself"
	}
	text := objects[0].String()
	if len(objects) > 1 {
		text += fmt.Sprintf(" and %d more", len(objects)-1)
	}
	return text
}
