package engine_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// TestAbortDuringHelm: Helm gets the time to apply what it has begun to apply,
// and is not waited for until everything is ready.
func TestAbortDuringHelm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	hung, done := w.hangInHelm(t.Context(), w.request(engine.VerbUpgrade, d, "2.0"))
	within(t, patience, "Helm", hung)
	began := time.Now()
	outcome, _, err := w.abort("bob", "Helm hangs")
	w.must(err)
	if took := time.Since(began); took < 10*time.Second {
		t.Errorf("Helm had only %s", took)
	}
	var aborted *engine.AbortedError
	if err := within(t, patience, "the engine", done); !errors.As(err, &aborted) {
		t.Errorf("expected the engine to be told of the abort, got %v", err)
	}
	w.aborted("bob", "Helm hangs")
	if outcome.Release != engine.ReleaseHalfWay {
		t.Errorf("what is left of the release: found %s", outcome.Release)
	}
	if got, want := w.history(), []string{"1 deployed", "2 failed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
}

// hangInHelm carries a request out with an engine whose Helm hangs in the middle
// of its change; hung is closed when it does.
func (w *world) hangInHelm(ctx context.Context, request engine.Request) (hung chan struct{}, done chan error) {
	w.t.Helper()
	hung, done = make(chan struct{}), make(chan error, 1)
	config := rest.CopyConfig(w.config)
	var once sync.Once
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/configmaps/app-config") {
				once.Do(func() { close(hung) })
				<-w.t.Context().Done() // Helm never hears of it
			}
			return next.RoundTrip(r)
		})
	})
	e, _ := w.engine(config)
	p, err := e.Prepare(ctx, request)
	w.must(err)
	go func() { _, err := e.Do(ctx, p); done <- err }()
	return hung, done
}

// TestInterruptionDuringHelm: it is not waited for, and the message says that the
// change will be made again.
func TestInterruptionDuringHelm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	ctx, interrupt := context.WithCancel(t.Context())
	hung, done := w.hangInHelm(ctx, w.request(engine.VerbUpgrade, d, "2.0"))
	within(t, patience, "Helm", hung)
	interrupt()
	var interrupted *engine.InterruptedError
	if err := within(t, patience, "the engine", done); !errors.As(err, &interrupted) || !interrupted.CutHelm || !strings.Contains(err.Error(), "No action is at work.") {
		t.Errorf("expected that Helm was cut short, got %v", err)
	}
	_, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(events.has("RunResumed"))
	w.must(events.has("HelmSucceeded"))
}

// TestAbortAfterDeathInHelm: nobody is at work on the pending revision.
func TestAbortAfterDeathInHelm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.diesInHelm(w.request(engine.VerbUpgrade, d, "2.0"))
	outcome, _, err := w.abort("bob", "")
	w.must(err)
	w.aborted("bob", "")
	if outcome.Release != engine.ReleaseHalfWay {
		t.Errorf("what is left of the release: found %s", outcome.Release)
	}
	if got, want := w.history(), []string{"1 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
	again, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(events.has("ActionStarted a#1"))
	if again.Run.FromVersion != "1.0" {
		t.Errorf("unexpected run %+v", again.Run)
	}
}
