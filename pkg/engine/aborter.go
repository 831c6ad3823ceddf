package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/output"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// aborter carries out an abort that is recorded.
type aborter struct {
	engine     *Engine
	deployment *v1.StyrminDeployment
	run        *v1.Run
	watcher    *watcher
	logs       output.Follower
	// seen holds the newest attempt of each action that was at work.
	seen map[string]attempt
	// told holds what was reported as not ended yet.
	told told
}

// attempt is an attempt's Job.
type attempt struct {
	number int32
	job    *batchv1.Job
}

func newAborter(e *Engine, deployment *v1.StyrminDeployment) *aborter {
	return &aborter{engine: e, deployment: deployment, run: deployment.Status.Run, seen: map[string]attempt{}}
}

// carryOut ends the actions at once, and once more under the lock: until then the
// engine at work may have started one that it had decided to start.
func (a *aborter) carryOut(ctx context.Context) (AbortOutcome, error) {
	a.watcher = newWatcher(ctx, a.engine.Kube, a.deployment.Namespace, a.run.ID)
	defer func() { a.watcher.close(); a.logs.Wait() }()
	if err := a.watcher.start(ctx); err != nil {
		return AbortOutcome{}, err
	}
	if _, err := a.stop(ctx); err != nil {
		return AbortOutcome{}, err
	}
	locked, release, err := a.lock(ctx)
	if err != nil {
		return AbortOutcome{}, err
	}
	defer release()
	if err := a.stopAll(locked); err != nil {
		return AbortOutcome{}, err
	}
	return a.settle(locked)
}

// lock waits until the engine at work has let go, or is found to be dead. When
// another run has begun meanwhile, no engine has to do with this one any more.
func (a *aborter) lock(ctx context.Context) (locked context.Context, release func(), err error) {
	wanted := a.engine.lockOf(a.deployment)
	var busy *lock.TakenError
	for {
		locked, release, err = wanted.Take(ctx)
		if err == nil {
			return locked, release, nil
		}
		if errors.As(err, &busy) && a.told.first(busy.Holder, "") {
			a.report(Event{Kind: EngineStopping, Message: busy.Holder})
		}
		switch {
		case errors.Is(context.Cause(ctx), errAbortTimeout):
			return nil, nil, a.notLetGo(busy)
		case ctx.Err() != nil:
			return nil, nil, context.Cause(ctx)
		case busy == nil:
			return nil, nil, err
		}
		if gone, err := a.replaced(ctx); gone || err != nil {
			return ctx, func() {}, err
		}
	}
}

// notLetGo says that an engine, or what is left of one, stands in the way.
func (a *aborter) notLetGo(busy *lock.TakenError) error {
	if busy == nil {
		return fmt.Errorf("run %s is recorded as aborted, and it could not be found out in time whether its engine is alive; finish the abort with: %s", a.run.ID, a.again())
	}
	return &NotLetGoError{Run: a.run.ID, Again: a.again(), Locked: busy}
}

// replaced is true when the record has another run than this one.
func (a *aborter) replaced(ctx context.Context) (bool, error) {
	now, err := a.engine.getDeployment(ctx, a.deployment.Namespace, a.deployment.Name)
	return err == nil && (now == nil || now.Status.Run == nil || now.Status.Run.ID != a.run.ID), err
}

// stopAll ends the actions and waits until none is at work.
func (a *aborter) stopAll(ctx context.Context) error {
	for {
		left, err := a.stop(ctx)
		if err != nil || len(left) == 0 {
			return err
		}
		for _, one := range left {
			if a.told.first(one.String(), "") {
				a.report(Event{Kind: ActionStopping, Action: one.action, Message: one.place()})
			}
		}
		select {
		case <-a.watcher.changed:
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errAbortTimeout) {
				return a.stuck(left)
			}
			return context.Cause(ctx)
		}
	}
}

// stuck says what has not ended in time, and how to end it.
func (a *aborter) stuck(left []leftover) error {
	var names []string
	pod := ""
	for _, one := range left {
		names = append(names, one.String())
		if one.pod != nil {
			pod = one.pod.Name
		}
	}
	advice := ""
	if pod != "" {
		advice = fmt.Sprintf("; when you know that its node is dead, delete a pod with `kubectl delete pod %s -n %s --force`", pod, a.deployment.Namespace)
	}
	return fmt.Errorf("run %s is recorded as aborted, and these have not ended in time: %s%s; then finish the abort with: %s",
		a.run.ID, strings.Join(names, ", "), advice, a.again())
}

// stop asks the cluster to end what is at work, and returns what still is.
func (a *aborter) stop(ctx context.Context) ([]leftover, error) {
	left, err := a.engine.atWork(ctx, a.deployment, a.run.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range left {
		a.remember(one)
		if err := a.end(ctx, one); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// remember notes what is at work before it is ended: the attempt, and what its pod prints until its end.
func (a *aborter) remember(one leftover) {
	switch {
	case one.pod != nil && jobs.Started(one.pod):
		a.logs.Add(one.pod, func(s *output.Stream) {
			options := &corev1.PodLogOptions{TailLines: new(int64(output.KeptLines + 1))}
			output.Read(a.watcher.background, a.engine.Kube, one.pod, options, s.Keep)
		})
	case one.pod == nil:
		evidence, err := jobs.Read(one.job)
		if known, seen := a.seen[evidence.Action]; err == nil && (!seen || known.number <= evidence.Number) {
			a.seen[evidence.Action] = attempt{number: evidence.Number, job: one.job}
		}
	}
}

// end deletes a Job, which stays until its pods have ended, or a pod whose Job is gone.
func (a *aborter) end(ctx context.Context, one leftover) error {
	var object client.Object = one.job
	how := []client.DeleteOption{client.PropagationPolicy(metav1.DeletePropagationForeground)}
	switch {
	case one.pod != nil && one.job != nil:
		return nil // it goes with its Job
	case one.pod != nil:
		object, how = one.pod, nil
	}
	if object.GetDeletionTimestamp() != nil {
		return nil
	}
	err := a.engine.Client.Delete(ctx, object, append(how, client.Preconditions{UID: new(object.GetUID())})...)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("end %s: %w", one, err)
	}
	return nil
}

func (a *aborter) report(event Event) {
	event.Time, event.Run = a.engine.now(), *a.run
	a.engine.Reporter.Report(event)
}

// again is the command that goes on with the abort.
func (a *aborter) again() string {
	return fmt.Sprintf("kubectl styrmin abort %s -n %s", a.deployment.Name, a.deployment.Namespace)
}
