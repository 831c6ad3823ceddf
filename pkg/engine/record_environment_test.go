package engine_test

import (
	"errors"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// TestRequester: who asked is recorded, for the run and in the history.
func TestRequester(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	for i, user := range []string{"alice", "bob"} {
		config := rest.CopyConfig(w.config)
		config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: []string{"system:masters", "system:authenticated"}}
		e, _ := w.engine(config)
		p, err := e.Prepare(t.Context(), w.request([]engine.Verb{engine.VerbSetup, engine.VerbUpgrade}[i], d, "1.0", size(i)))
		w.must(err)
		_, err = e.Do(t.Context(), p)
		w.must(err)
	}
	status := w.deployment().Status
	if status.Run.RequestedBy != "bob" || status.History[0].RequestedBy != "alice" {
		t.Errorf("asked for by %q, before that by %q", status.Run.RequestedBy, status.History[0].RequestedBy)
	}
}

// TestReadyTurns: who waits for the condition waits for the run.
func TestReadyTurns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "upgrade/pre/b")
	ready := func() string {
		condition := w.deployment().Status.Conditions[0]
		return string(condition.Status) + " " + condition.Reason
	}
	expect := func(want string) {
		t.Helper()
		if found := ready(); found != want {
			t.Errorf("Ready is %s, expected %s", found, want)
		}
	}
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	expect("True RunSucceeded")
	w.mustDo(w.request(engine.VerbUpgrade, d, "2.0", until(v1.ModePre)))
	expect("Unknown RunPaused")
	w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	expect("True RunSucceeded")
	w.kubelet.decide(w.namespace, "b", runs)
	_, done := w.inBackground(t.Context(), w.request(engine.VerbUpgrade, d, "3.0"))
	w.eventually("the run", func() error {
		if found := ready(); found != "Unknown RunUnderWay" {
			return errors.New(found)
		}
		return nil
	})
	w.awaitRunning("b")
	w.must(w.kubelet.endAll(t.Context(), w.namespace, "b", ending{exit: 1}))
	within(t, patience, "the run", done)
	expect("False RunFailed")
}

// TestDeploymentIsDeleted: an engine whose deployment somebody deletes ends, and says that.
func TestDeploymentIsDeleted(t *testing.T) {
	t.Parallel()
	for name, propagation := range map[string]metav1.DeletionPropagation{
		"at once": metav1.DeletePropagationBackground, "after its Jobs": metav1.DeletePropagationForeground,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.kubelet.decide(w.namespace, "slow", runs)
			events, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, w.driverWith("setup/pre/slow"), "1.0"))
			w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
			w.must(w.admin.Delete(t.Context(), w.deployment(), client.PropagationPolicy(propagation)))
			var gone *engine.GoneError
			if err := within(t, patience, "the run's end", done); !errors.As(err, &gone) || gone.Name != deploymentName {
				t.Errorf("the engine ended with %v, expected a GoneError", err)
			}
		})
	}
}
