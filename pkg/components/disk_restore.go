package components

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/uuid"

	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// restore replaces each claim of the backup by one from its snapshot, while the component
// is stopped. The volumes that the claims had are kept. What a killed restore has to
// remember is on the snapshots and on the claims, so that the same command completes it.
func (disks) restore(ctx context.Context, c *Client, component Component, opts BackupOptions) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	id := snapshot.Backup{Deployment: opts.Vault.Deployment, Component: component.Name, Name: opts.Name}
	all, err := c.snapshots().List(ctx, id.Deployment)
	if errors.Is(err, snapshot.ErrNotServed) {
		return fmt.Errorf("%w: %w", vault.ErrNone, served(err))
	}
	if err != nil {
		return err
	}
	set := snapshot.Find(id, all)
	switch lacks := set.Lacks(); {
	case len(set.Snapshots) == 0:
		return fmt.Errorf("%w among the VolumeSnapshots of namespace %s", vault.ErrNone, c.namespace)
	case lacks != "":
		return fmt.Errorf("%w: what there is of it is not whole: %s; nothing was done", vault.ErrNone, lacks)
	}
	r := &diskRestore{Client: c, component: component, set: set, names: set.Snapshots[0].Record.Claims}
	r.others = slices.DeleteFunc(snapshot.Sets(id.Deployment, all), func(other snapshot.Set) bool {
		return other.Component != id.Component || other.Name == id.Name || other.Mark() == nil
	})
	return r.run(ctx)
}

// diskRestore is a restore under way.
type diskRestore struct {
	*Client
	component Component
	set       snapshot.Set
	// names are those of the claims.
	names []string
	// others are the component's backups from which a restore was begun that nobody completed.
	others []snapshot.Set
	mark   snapshot.Mark
}

func (r *diskRestore) run(ctx context.Context) error {
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if err := r.Stop(ctx, r.component); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	for _, from := range r.set.Snapshots {
		if err := r.replace(ctx, from); err != nil {
			return fmt.Errorf("%w\nThe component is stopped. The same command goes on from here; what the claims had is kept in the volumes that were named", err)
		}
	}
	started := r.startAgain(ctx)
	var waited *TimeoutError
	if started != nil && !errors.As(started, &waited) {
		return started
	}
	return errors.Join(started, r.end(ctx))
}

// prepare does what can be done while the component runs: it looks for what is in the way,
// lets the volumes outlast their claims, and notes what is to be started in the end. A
// StatefulSet may delete its claims when it is stopped, so that they are kept before.
func (r *diskRestore) prepare(ctx context.Context) error {
	workloads, err := r.workloads(ctx, r.component)
	if err != nil {
		return err
	}
	if err := r.checkClasses(ctx, r.set); err != nil {
		return err
	}
	if err := r.refuseOthers(ctx); err != nil {
		return err
	}
	r.mark = r.remember(workloads)
	if err := r.keepVolumes(ctx); err != nil {
		return err
	}
	if err := r.write(ctx); err != nil {
		return err
	}
	for _, other := range r.others { // what these remember is remembered here now
		if err := r.snapshots().Mark(ctx, other.Marked(), nil); err != nil {
			return err
		}
	}
	r.report("restoring the volumes of %s from backup %s of %s: what was written since is left in the volumes that they have now",
		strings.Join(r.names, ", "), r.set.Name, r.set.MadeAt().Format("2006-01-02T15:04:05Z07:00"))
	return r.tellLeft(ctx)
}

// remember is what is known of a restore that broke off, and of what runs now. When
// something runs, or anything was done to a workload since it was stopped, what was
// restored may have been written to: all is restored afresh.
func (r *diskRestore) remember(workloads []workload) (mark snapshot.Mark) {
	if earlier := r.set.Mark(); earlier != nil {
		mark = *earlier
	}
	if !maps.Equal(mark.Stopped, generations(workloads)) {
		mark.ID = ""
	}
	for _, other := range r.others {
		mark.Running = append(mark.Running, other.Mark().Running...)
	}
	for _, w := range workloads {
		if w.replicas > 0 {
			mark.ID, mark.Running = "", append(mark.Running, w.String())
		}
	}
	slices.Sort(mark.Running)
	mark.Running = slices.Compact(mark.Running)
	return mark
}

func (r *diskRestore) write(ctx context.Context) error {
	return r.snapshots().Mark(ctx, r.set.Marked(), &r.mark)
}

// generations tell, later, whether anything was done to the workloads.
func generations(workloads []workload) map[string]string {
	found := map[string]string{}
	for _, w := range workloads {
		found[w.String()] = fmt.Sprintf("%s/%d", w.meta.UID, w.meta.Generation)
	}
	return found
}

// begin gives the restore an ID, now that the component is stopped. From here on, a claim
// that bears it is done.
func (r *diskRestore) begin(ctx context.Context) error {
	if r.mark.ID != "" {
		r.report("going on with the restore that broke off")
		return nil
	}
	workloads, err := r.workloads(ctx, r.component)
	if err != nil {
		return err
	}
	r.mark.ID, r.mark.Stopped = string(uuid.NewUUID()), generations(workloads)
	return r.write(ctx)
}

// startAgain starts what ran before, and nothing else.
func (r *diskRestore) startAgain(ctx context.Context) error {
	if len(r.mark.Running) == 0 {
		r.report("component %s was stopped before, and stays so", r.component.Name)
		return nil
	}
	ran := func(w workload) bool { return slices.Contains(r.mark.Running, w.String()) }
	err := r.changeAll(ctx, []Component{r.component}, func(w workload) (*change, error) {
		if !ran(w) {
			return nil, nil
		}
		return starting(w)
	})
	if err != nil {
		return err
	}
	if err := r.resumeAutoscalers(ctx, []Component{r.component}); err != nil {
		return err
	}
	return r.wait(ctx, goal{verb: "start", check: func(c context.Context, w workload) (*unfinished, error) {
		if !ran(w) {
			return nil, nil
		}
		return r.started(c, w)
	}}, []Component{r.component})
}

// end forgets the restore, also when there is no time left.
func (r *diskRestore) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	return r.snapshots().Mark(ctx, r.set.Marked(), nil)
}
