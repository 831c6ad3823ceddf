package webhook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
	"github.com/styrmin/kubectl-styrmin/webhook"
)

// TestChangeWaitsForTheLastAction: it is let through by the action's end, not by
// the clock, and held when that does not come.
func TestChangeWaitsForTheLastAction(t *testing.T) {
	w := newWorld(t, "enforce")
	first := w.resolve(w.driver, "1.0")
	must(t, w.store(first))
	job := w.job(first, "run1", "pre_setup")
	must(t, w.editor.Create(t.Context(), job))
	install := w.record(1, release.StatusPendingInstall, "", first.Values)

	began := time.Now()
	refused(t, w.editor.Create(t.Context(), install.DeepCopy()), "after 2s of waiting: pre_setup (Running)")
	if waited := time.Since(began); waited < patience {
		t.Errorf("it was held after %s, expected it to wait %s", waited, patience)
	}

	// However slow the machine: one of these waits begins before the action's end
	// and is answered by it, and none is refused for another reason.
	answered := make(chan error, 1)
	go func() {
		for {
			err := w.editor.Create(t.Context(), install.DeepCopy())
			if err == nil || !strings.Contains(err.Error(), "of waiting: pre_setup (Running)") {
				answered <- err
				return
			}
		}
	}()
	w.succeed(job)
	must(t, <-answered)
}

// long is what no test waits for, and enough what none should take.
const (
	long   = time.Hour
	enough = time.Minute
)

// TestWaitsEnd: each by what it is meant to end by, and not by anything that comes later.
func TestWaitsEnd(t *testing.T) {
	w := newWorld(t, "enforce")
	reader, err := w.as("system:serviceaccount:styrmin:styrmin-webhook", "system:serviceaccounts", "system:authenticated")
	must(t, err)
	first := w.resolve(w.driver, "1.0")
	must(t, w.store(first))
	job := w.job(first, "run1", "pre_setup")
	must(t, w.editor.Create(t.Context(), job))
	record, err := release.FromSecret(w.record(1, release.StatusPendingInstall, "", first.Values))
	must(t, err)
	type answer struct {
		lifecycle.Verdict
		error
	}
	judge := func(deadline, patience time.Duration) (lifecycle.Verdict, error) {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		answered := make(chan answer, 1)
		go func() {
			verdict, err := webhook.Verdict(ctx, reader, record, w.deployment, patience)
			answered <- answer{verdict, err}
		}()
		select {
		case got := <-answered:
			return got.Verdict, got.error
		case <-time.After(enough):
			return lifecycle.Verdict{}, fmt.Errorf("with a deadline of %s and a patience of %s it takes more than %s", deadline, patience, enough)
		}
	}
	held := func(verdict lifecycle.Verdict, err error, least time.Duration) {
		t.Helper()
		must(t, err)
		if verdict.Outcome != lifecycle.Held || verdict.Waited < least || verdict.Waited > enough {
			t.Errorf("the verdict is %s after %s, expected held after %s", verdict.Outcome, verdict.Waited, least)
		}
	}

	verdict, err := judge(long, time.Second)
	held(verdict, err, time.Second) // patience
	verdict, err = judge(3*time.Second, long)
	held(verdict, err, 0) // the request's own deadline

	answered := make(chan answer)
	watching := make(chan struct{}, 1)
	reader = interceptor.NewClient(reader, interceptor.Funcs{Watch: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
		watching <- struct{}{}
		return c.Watch(ctx, list, options...)
	}})
	go func() {
		verdict, err := judge(long, long)
		answered <- answer{verdict, err}
	}()
	<-watching
	w.succeed(job)
	got := <-answered
	must(t, got.error)
	if got.Outcome != lifecycle.Allowed {
		t.Errorf("the verdict is %s after the action's end, expected allowed", got.Outcome)
	}
}
