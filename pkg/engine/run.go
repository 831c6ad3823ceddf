package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/output"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// run is a run that this engine drives.
type run struct {
	engine   *Engine
	prepared *Prepared
	status   *statusWriter
	stages   []lifecycle.Stage
	watcher  *watcher
	// id is the run's.
	id string

	// began is when this engine began or took up the run.
	began time.Time
	// before holds each action's last attempt that had ended by then.
	before map[string]int32
	// seen holds when this engine first saw each Job.
	seen map[string]time.Time
	// blocked holds since when each action waits for a pod of an earlier attempt.
	blocked map[string]time.Time
	// logs follows the pods' output.
	logs output.Follower
	// trouble is what keeps pods from starting, told what of it was reported.
	trouble trouble
	told    told
	// mode is the mode last reported.
	mode v1.Mode
	// helmErr is the failure of this engine's change of the release.
	helmErr error
	// cutHelm is true when Helm's change of the release was cut short.
	cutHelm bool
	// overBound is true when the run has passed its own bound.
	overBound bool
	// abort tells when somebody ended the run for good.
	abort abortNotice
	// later does what the run does not wait for.
	later later
	// reporting keeps events whole: log lines come from goroutines.
	reporting sync.Mutex
}

// current returns a copy of the run as recorded.
func (r *run) current() *v1.Run { return r.status.deployment().Status.Run }

func (r *run) report(event Event) {
	r.reporting.Lock()
	defer r.reporting.Unlock()
	event.Time = r.engine.now()
	if current := r.current(); current != nil {
		event.Run = *current
	}
	r.engine.Reporter.Report(event)
	r.event(event)
}

// work watches the run and drives it until it ends, or somebody aborts it.
func (r *run) work(ctx context.Context) (paused bool, err error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(context.Canceled)
	r.abort.end = end
	if err := r.watch(ctx); err != nil {
		return false, err
	}
	return r.loopWithinBound(ctx)
}

// close ends everything that runs in the background.
func (r *run) close() {
	if r.watcher != nil {
		r.watcher.close()
	}
	r.logs.Wait()
	r.later.finish()
}

// loop observes, decides and acts until the run is done, paused, failed or interrupted.
func (r *run) loop(ctx context.Context) (paused bool, err error) {
	r.seen, r.blocked = map[string]time.Time{}, map[string]time.Time{}
	for {
		if err := r.observe(ctx); err != nil {
			return false, err
		}
		if r.before == nil {
			r.before = ended(r.current())
		}
		decision := lifecycle.Next(r.state())
		if r.pauses(decision) {
			return true, r.pause(ctx, decision)
		}
		if err := r.enter(ctx, decision); err != nil {
			return false, err
		}
		switch {
		case decision.Aborted:
			return false, r.abort.seen.Load()
		case decision.Done:
			return false, r.succeed(ctx)
		case decision.Failed:
			return false, r.fail(ctx, decision)
		case decision.Helm:
			if err := r.changeRelease(ctx); err != nil {
				return false, r.orHeld(err)
			}
			continue
		}
		if err := r.start(ctx, decision.Start); err != nil {
			return false, err
		}
		if err := r.wait(ctx); err != nil {
			return false, err
		}
	}
}

// ended reads which attempts are over. One that is under way is this engine's
// own: when it fails, the run does.
func ended(recorded *v1.Run) map[string]int32 {
	out := map[string]int32{}
	for _, action := range recorded.Actions {
		out[action.Name] = action.Attempt
		if action.State == v1.ActionRunning {
			out[action.Name]--
		}
	}
	return out
}

// wait returns when something changed, or when the next Job is overdue.
func (r *run) wait(ctx context.Context) error {
	timer := time.NewTimer(r.untilOverdue())
	defer timer.Stop()
	select {
	case <-r.watcher.changed:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// enter reports and records a mode's beginning.
func (r *run) enter(ctx context.Context, decision lifecycle.Decision) error {
	if decision.Mode == "" || decision.Mode == r.mode {
		return nil
	}
	r.mode = decision.Mode
	phase := map[v1.Mode]v1.RunPhase{v1.ModePre: v1.RunPre, v1.ModeCore: v1.RunCore, v1.ModePost: v1.RunPost}[decision.Mode]
	err := r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) { status.Run.Phase = phase })
	if err != nil {
		return err
	}
	r.report(Event{Kind: ModeStarted, Mode: decision.Mode})
	return nil
}

// pauses is true when the run has finished the mode it was asked to run until.
func (r *run) pauses(decision lifecycle.Decision) bool {
	until := r.prepared.Until
	return until != "" && until != v1.ModePost && !decision.Done && !decision.Failed && lifecycle.Before(until, decision.Mode)
}

// pausedMessage is the message of a run that stopped where it was asked to.
const pausedMessage = "paused after %s, as asked"

func (r *run) pause(ctx context.Context, decision lifecycle.Decision) error {
	phase := v1.RunCore
	if decision.Mode == v1.ModePost {
		phase = v1.RunPost
	}
	err := r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) {
		status.Run.Phase = phase
		status.Run.PausedAfter = r.prepared.Until
		status.Run.Message = fmt.Sprintf(pausedMessage, r.prepared.Until)
		r.ready(status, metav1.ConditionUnknown, "RunPaused", fmt.Sprintf("run %s is %s", status.Run.ID, status.Run.Message))
	})
	if err != nil {
		return err
	}
	r.report(Event{Kind: RunPaused, Mode: r.prepared.Until})
	return nil
}
