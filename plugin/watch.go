package plugin

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/cache"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// follow shows a deployment's run until it ends. The error says how it ended.
func (s *statusOptions) follow(ctx context.Context, c *clients, d *v1.StyrminDeployment) error {
	run := d.Status.Run
	if run == nil || ended(run) {
		if err := s.showEnded(ctx, c, d); err != nil {
			return err
		}
		return verdict(run)
	}
	if s.output == "" && c.undriven(ctx, d) {
		fmt.Fprintf(s.ErrOut, "run %s: %s\n", run.ID, undrivenNote)
	}
	watching, stop := context.WithCancel(ctx)
	states, failed := watchDeployment(watching, c, d.Name)
	defer func() { stop(); <-failed }()
	return s.loop(ctx, d, states, failed)
}

// showEnded shows a deployment whose run is over: to a program what happened, as if
// it had been followed.
func (s *statusOptions) showEnded(ctx context.Context, c *clients, d *v1.StyrminDeployment) error {
	if s.stream == nil {
		return s.show(ctx, c, d)
	}
	if d.Status.Run != nil {
		tell(s.stream, nil, d.Status.Run)
	}
	return nil
}

// loop shows states until the run has ended.
func (s *statusOptions) loop(ctx context.Context, d *v1.StyrminDeployment, states <-chan *v1.StyrminDeployment, failed <-chan error) error {
	reporter, end := s.reporter(ctx, s.stream, progress.Options{Color: s.terminal.Color})
	defer end()
	run := d.Status.Run
	tell(reporter, nil, run)
	for !ended(run) {
		select {
		case now := <-states:
			if now == nil {
				return &problemsError{message: fmt.Sprintf("StyrminDeployment %s/%s was deleted", d.Namespace, d.Name)}
			}
			last := run
			run = runOf(now, run)
			tell(reporter, last, run)
		case err := <-failed:
			if ctx.Err() == nil {
				return err
			}
			return context.Cause(ctx)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return verdict(run)
}

// tell reports what happened between two records of the followed run.
func tell(reporter engine.Reporter, before, after *v1.Run) {
	for _, event := range progress.Changes(before, after) {
		reporter.Report(event)
	}
}

// ended is true for a run that nothing happens to unless somebody asks for it.
func ended(run *v1.Run) bool { return run.Phase.Over() || run.Phase == v1.RunFailed }

// verdict is nil for a run that succeeded, or that there was none.
func verdict(run *v1.Run) error {
	if run == nil || run.Phase == v1.RunSucceeded {
		return nil
	}
	return &problemsError{message: fmt.Sprintf("run %s is %s", run.ID, run.Phase), shown: true}
}

// runOf is the followed run by a deployment's record. When another run has begun
// since, it is what the history says.
func runOf(d *v1.StyrminDeployment, followed *v1.Run) *v1.Run {
	if now := d.Status.Run; now != nil && now.ID == followed.ID {
		return now
	}
	run := followed.DeepCopy()
	run.Phase, run.Message = v1.RunFailed, "another run has begun"
	for _, past := range d.Status.History {
		if past.ID == run.ID && (past.Phase.Over() || past.Phase == v1.RunFailed) {
			run.Phase, run.Message, run.EndedAt, run.Revision, run.Abort = past.Phase, past.Message, past.EndedAt, past.Revision, past.Abort
		}
	}
	return run
}

// watchDeployment sends a deployment's states, nil for its end, until ctx ends.
// failed gives the error that makes watching impossible, and is closed at the end.
func watchDeployment(ctx context.Context, c *clients, name string) (states <-chan *v1.StyrminDeployment, failed <-chan error) {
	out, errs := make(chan *v1.StyrminDeployment), make(chan error, 1)
	send := func(d *v1.StyrminDeployment) {
		select {
		case out <- d:
		case <-ctx.Done():
		}
	}
	informer := engine.DeploymentInformer(c.client, c.namespace, name)
	err := informer.SetWatchErrorHandlerWithContext(func(_ context.Context, _ *cache.Reflector, err error) {
		// Anything else passes: the informer tries again.
		if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
			select {
			case errs <- fmt.Errorf("watch StyrminDeployment %s/%s: %w", c.namespace, name, err):
			default:
			}
		}
	})
	if err == nil {
		_, err = informer.AddEventHandler(engine.DeploymentHandler(send, func() { send(nil) }))
	}
	if err != nil {
		errs <- err
	}
	go func() { defer close(errs); informer.RunWithContext(ctx) }()
	return out, errs
}
