package removal

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/access"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Found is a deployment that can be deleted, and what there is of it.
type Found struct {
	Deployment *v1.StyrminDeployment
	// Owned goes with it.
	Owned []Object
	// Revisions of its Helm release, oldest first.
	Revisions []release.Record
	// Stopped are workloads of the release that an action stopped and none has started again.
	Stopped components.Stopped
	// Backups is the claim with backups, which outlasts the deployment; empty when there
	// is none, or when whoever deletes may not look.
	Backups string
	// Snapshots is how many VolumeSnapshots its backups are made of, which outlast it, too;
	// 0 also when whoever deletes may not look.
	Snapshots int
	// Gate is how releases of the namespace are guarded.
	Gate engine.GateState

	owners map[types.UID]bool
}

// UnderWayError is a deployment that is not deleted, because its run is not over.
type UnderWayError struct {
	Namespace, Name, Run string
}

// Error says what to do.
func (e *UnderWayError) Error() string {
	return fmt.Sprintf("run %s of StyrminDeployment %s/%s is not over: it can be resumed, and its actions may be at work\nNothing was deleted. End it for good first: kubectl styrmin abort %s -n %s",
		e.Run, e.Namespace, e.Name, e.Name, e.Namespace)
}

// Look finds out what deleting a deployment would remove; it changes nothing. It returns
// a *lock.TakenError while an engine is at work, an *UnderWayError while a run is not
// over, and a *engine.RefusedError or *engine.PreflightError when nothing can be deleted.
func Look(ctx context.Context, e *engine.Engine, namespace, name string) (*Found, error) {
	if err := e.Look(ctx, namespace); err != nil {
		return nil, err
	}
	if err := permitted(ctx, e, namespace); err != nil {
		return nil, err
	}
	d, err := read(ctx, e, namespace, name)
	if err != nil {
		return nil, err
	}
	if err := detached.Refuse(ctx, e.Kube, namespace, name); err != nil {
		return nil, err
	}
	if err := over(d); err != nil {
		return nil, err
	}
	f := &Found{Deployment: d, owners: map[types.UID]bool{d.UID: true}}
	all, err := labelled(ctx, e.Client, d)
	if err != nil {
		return nil, err
	}
	f.Owned = belonging(all, f.owners)
	if f.Revisions, err = e.Helm.History(ctx, d.ReleaseName()); err != nil {
		return nil, fmt.Errorf("read the history of Helm release %s/%s: %w", namespace, d.ReleaseName(), err)
	}
	if f.Stopped, err = e.Components.ForRelease(d.ReleaseName()).Stopped(ctx); err != nil {
		return nil, err
	}
	if f.Backups, err = backups(ctx, e, d); err != nil {
		return nil, err
	}
	if f.Snapshots, err = e.Components.BackupSnapshots(ctx, name); err != nil {
		return nil, err
	}
	f.Gate, err = engine.ReadGate(ctx, e.Kube, namespace)
	return f, err
}

// backups is the deployment's claim with backups, if there is one to be seen.
func backups(ctx context.Context, e *engine.Engine, d *v1.StyrminDeployment) (string, error) {
	name := components.BackupClaim(d.Name)
	_, err := e.Kube.CoreV1().PersistentVolumeClaims(d.Namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for the claim %s/%s with backups: %w", d.Namespace, name, err)
	}
	return name, nil
}

// permitted asks first: a release that was uninstalled beside a deployment that may not
// be deleted would be half of what was asked for.
func permitted(ctx context.Context, e *engine.Engine, namespace string) error {
	needed := access.Permission{Group: v1.GroupVersion.Group, Resource: "styrmindeployments", Verbs: []string{"delete"}}
	denied, err := access.Denied(ctx, e.Kube, namespace, needed)
	if err != nil || len(denied) == 0 {
		return err
	}
	return &engine.RefusedError{
		What: fmt.Sprintf("you may not delete StyrminDeployments in namespace %s", namespace),
		Next: fmt.Sprintf("Nothing was deleted. That is the permission delete on %s, which the role admin of a namespace has.", needed),
	}
}

// read reads the deployment.
func read(ctx context.Context, e *engine.Engine, namespace, name string) (*v1.StyrminDeployment, error) {
	var d v1.StyrminDeployment
	err := e.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &d)
	if apierrors.IsNotFound(err) {
		return nil, &engine.RefusedError{
			What: fmt.Sprintf("no StyrminDeployment %s in namespace %s", name, namespace),
			Next: fmt.Sprintf("`kubectl styrmin status -n %s` lists those there are.", namespace),
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read StyrminDeployment %s/%s: %w", namespace, name, err)
	}
	return &d, nil
}

// over refuses while a run can still go on. One that failed may be resumed as well, but
// nothing of it is at work.
func over(d *v1.StyrminDeployment) error {
	run := d.Status.Run
	if run == nil || run.Phase.Over() || run.Phase == v1.RunFailed {
		return nil
	}
	return &UnderWayError{Namespace: d.Namespace, Name: d.Name, Run: run.ID}
}

// Installed is the newest revision of the Helm release; nil when there is no release.
func (f *Found) Installed() *release.Record {
	if len(f.Revisions) == 0 || f.Revisions[len(f.Revisions)-1].Status == release.StatusUninstalled {
		return nil
	}
	return &f.Revisions[len(f.Revisions)-1]
}

// StaysHeld is the revision whose label keeps the gate closed when the release is kept;
// nil when other clients may change the release then.
func (f *Found) StaysHeld() *release.Record {
	if !f.Gate.Holds() && f.Gate.Mode != engine.GateUnknown || lifecycle.Orphaned(f.Revisions).Outcome != lifecycle.Held {
		return nil
	}
	return lifecycle.NewestDeployed(f.Revisions)
}
