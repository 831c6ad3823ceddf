package engine_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// gate is a transport that holds back one request until it is opened.
type gate struct {
	holds   func(*http.Request, string) bool
	reached chan struct{}
	open    chan struct{}
	once    sync.Once
}

func newGate(holds func(r *http.Request, body string) bool) *gate {
	return &gate{holds: holds, reached: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.GetBody != nil {
			if body, err := r.GetBody(); err == nil {
				content, _ := io.ReadAll(body)
				if g.holds(r, string(content)) {
					g.once.Do(func() { close(g.reached) })
					<-g.open
				}
			}
		}
		return next.RoundTrip(r)
	})
}

// records is true for the request that records a phase.
func records(phase v1.RunPhase) func(*http.Request, string) bool {
	return func(r *http.Request, body string) bool {
		return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/status") && strings.Contains(body, `"phase":"`+string(phase)+`"`)
	}
}

// TestAbortAgainstSuccess: both at the same instant; what the API server takes
// first holds, and the other is told.
func TestAbortAgainstSuccess(t *testing.T) {
	t.Parallel()
	t.Run("the abort is first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		g := newGate(records(v1.RunSucceeded))
		config := rest.CopyConfig(w.config)
		config.Wrap(g.wrap)
		e, _ := w.engine(config)
		p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, w.driverWith("setup/pre/a"), "1.0"))
		w.must(err)
		done := make(chan error, 1)
		go func() { _, err := e.Do(t.Context(), p); done <- err }()
		within(t, patience, "the success", g.reached)
		finished := make(chan error, 1)
		go func() { _, _, err := w.abort("bob", "too late?"); finished <- err }()
		w.eventually("the record of the abort", func() error {
			if phase := w.deployment().Status.Run.Phase; phase != v1.RunAborted {
				return errors.New(string(phase))
			}
			return nil
		})
		close(g.open)
		var aborted *engine.AbortedError
		if err := within(t, patience, "the engine", done); !errors.As(err, &aborted) {
			t.Errorf("expected the engine to be told of the abort, got %v", err)
		}
		w.must(within(t, patience, "the abort", finished))
		run := w.aborted("bob", "too late?")
		if run.Revision != 1 || w.deployment().Status.Active != nil {
			t.Errorf("unexpected run %+v", run)
		}
	})
	t.Run("the success is first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := w.driverWith("setup/pre/a")
		w.kubelet.decide(w.namespace, "a", runs)
		_, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
		w.runJob()
		g := newGate(records(v1.RunAborted))
		config := rest.CopyConfig(w.config)
		config.Wrap(g.wrap)
		e, _ := w.engine(config)
		finished := make(chan error, 1)
		go func() { _, err := e.Abort(t.Context(), w.abortRequest("too late?")); finished <- err }()
		within(t, patience, "the abort", g.reached)
		w.awaitRunning("a")
		w.must(w.kubelet.endAll(t.Context(), w.namespace, "a", ending{}))
		w.must(within(t, patience, "the run", done))
		close(g.open)
		var refused *engine.RefusedError
		if err := within(t, patience, "the abort", finished); !errors.As(err, &refused) || !strings.Contains(err.Error(), "it succeeded") {
			t.Errorf("expected that there is nothing to abort any more, got %v", err)
		}
		if phase := w.deployment().Status.Run.Phase; phase != v1.RunSucceeded {
			t.Errorf("the run is %s", phase)
		}
	})
}

// TestAbortAgainstTheStartOfAnAction: the engine had decided to start an action
// when the run was aborted; the Job that comes after is stopped as well.
func TestAbortAgainstTheStartOfAnAction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", runs)
	g := newGate(func(r *http.Request, _ string) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/jobs")
	})
	config := rest.CopyConfig(w.config)
	config.Wrap(g.wrap)
	e, _ := w.engine(config)
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.must(err)
	done := make(chan error, 1)
	go func() { _, err := e.Do(t.Context(), p); done <- err }()
	within(t, patience, "the Job", g.reached)
	finished, told := make(chan error, 1), &journal{}
	aborting, _ := w.engine(w.config)
	aborting.Reporter = told
	go func() { _, err := aborting.Abort(t.Context(), w.abortRequest("")); finished <- err }()
	w.eventually("the wait for the engine", func() error { return told.has("EngineStopping") })
	close(g.open)
	var aborted *engine.AbortedError
	if err := within(t, patience, "the engine", done); !errors.As(err, &aborted) {
		t.Errorf("expected the engine to be told of the abort, got %v", err)
	}
	w.must(within(t, patience, "the abort", finished))
	run := w.deployment().Status.Run
	w.nothingAtWork(run.ID)
	if action := run.Actions[0]; action.State != v1.ActionLost {
		t.Errorf("action a is %s", action.State)
	}
}

// TestTwoAborts: the first one is recorded, the second one helps.
func TestTwoAborts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	events, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	type result struct {
		outcome engine.AbortOutcome
		err     error
	}
	results := make(chan result, 2)
	for _, user := range []string{"alice", "bob"} {
		go func() {
			outcome, _, err := w.abort(user, "by "+user)
			results <- result{outcome, err}
		}()
	}
	joined, refused := 0, 0
	for range 2 {
		r := within(t, patience, "an abort", results)
		var refusal *engine.RefusedError
		switch {
		case errors.As(r.err, &refusal): // it came when everything had stopped
			refused++
		case r.err != nil:
			t.Errorf("unexpected error %v", r.err)
		case r.outcome.Joined:
			joined++
		}
	}
	if joined+refused != 1 {
		t.Errorf("%d joined and %d were refused, expected one that was not the first", joined, refused)
	}
	within(t, patience, "the engine", done)
	by := w.deployment().Status.Run.Abort.By
	w.aborted(by, "by "+by)
}

// TestAbortThatWasCutShort is gone on with by another one.
func TestAbortThatWasCutShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	ctx, interrupt := context.WithCancel(t.Context())
	events, done := w.inBackground(ctx, w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	interrupt()
	within(t, patience, "the interruption", done)
	w.podOf(w.runJob())

	config := rest.CopyConfig(w.config)
	ctx, cut := context.WithCancel(t.Context())
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodDelete {
				cut()
			}
			return next.RoundTrip(r)
		})
	})
	e, _ := w.engine(config)
	if _, err := e.Abort(ctx, w.abortRequest("first")); !errors.Is(err, context.Canceled) {
		t.Fatalf("expected the abort to be cut short, got %v", err)
	}
	_, _, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	var refused *engine.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "finish the abort of that run: kubectl styrmin abort app -n "+w.namespace) {
		t.Errorf("expected that no run begins beside what is at work, got %v", err)
	}
	outcome, _, err := w.abort("bob", "second")
	w.must(err)
	if !outcome.Joined {
		t.Error("expected that the second abort finishes the first")
	}
	w.aborted(outcome.Run.Abort.By, "first")
}
