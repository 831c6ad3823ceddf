package engine

import (
	"context"
	"errors"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// work is what an engine does for one request. It may lose the lock, or the API
// server, and go on later as the next engine would.
type work struct {
	engine   *Engine
	prepared *Prepared
	lock     *lock.Lock
	// last is the run as this engine drove it last; nil before it was recorded.
	last   *run
	outage outage
}

// once takes the lock and drives the run until it ends, or something fails.
func (w *work) once(ctx context.Context) (Outcome, error) {
	w.outage.begin(w.engine.now())
	locked, release, err := w.lock.Take(ctx)
	if err != nil {
		return Outcome{}, err
	}
	defer release()
	outcome, err := w.drive(locked)
	if err != nil && errors.Is(context.Cause(locked), lock.ErrLost) {
		return outcome, lock.ErrLost
	}
	return outcome, err
}

// drive does a request's work under the lock.
func (w *work) drive(ctx context.Context) (Outcome, error) {
	e, p := w.engine, w.prepared
	r, err := e.begin(ctx, p)
	if err != nil {
		return Outcome{}, e.orAborted(ctx, p, p.Situation.Recorded(), err)
	}
	if r == nil {
		return w.over(), nil
	}
	defer r.close()
	w.take(r)
	paused, err := r.work(ctx)
	err = e.orAborted(ctx, p, r.current(), err)
	var aborted *AbortedError
	if errors.As(err, &aborted) {
		r.report(Event{Kind: RunAborted, Elapsed: r.elapsed(), Message: abortWords(aborted.Abort)})
	}
	return Outcome{Changed: true, Paused: paused, Run: r.current()}, r.orInterrupted(ctx, err)
}

// take makes a run that was begun or taken up this engine's. What was asked for
// beside the inputs is done with that, and what no record tells is handed on.
func (w *work) take(r *run) {
	w.prepared.Again, w.prepared.underWay = lifecycle.Again{}, r.id
	if r.began = w.engine.now(); w.last != nil {
		r.began, r.before = w.last.began, w.last.before
	}
	w.last = r
}

// over is the outcome when there is nothing to do: there never was, or the run
// had ended when the API server failed to say so.
func (w *work) over() Outcome {
	if w.last == nil {
		return Outcome{}
	}
	run := w.prepared.Situation.Recorded()
	w.engine.Reporter.Report(Event{Kind: RunSucceeded, Time: w.engine.now(), Run: *run, Elapsed: w.last.elapsed()})
	return Outcome{Changed: true, Run: run}
}
