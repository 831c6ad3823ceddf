package engine_test

import (
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// begun is what the beginning of a new run says; empty when none began.
func (j *journal) begun() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, event := range j.events {
		if event.Kind == engine.RunStarted {
			return event.Message
		}
	}
	return ""
}

// TestNewRunSaysWhatChanged: from the run that it leaves behind, and from what is deployed.
func TestNewRunSaysWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", failsWith("no"))
	_, events, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "2.0"))
	if err == nil {
		t.Fatal("expected a failure")
	}
	if said := events.begun(); said != "" {
		t.Errorf("the first run says %q", said)
	}
	w.kubelet.decide(w.namespace, "a", succeeds)
	failed := w.deployment().Status.Run.ID
	_, events = w.mustDo(w.request(engine.VerbSetup, d, "1.0", size(9)))
	if said, want := events.begun(), "compared with run "+failed+", which does not go on, the version changes: 2.0 → 1.0; parameters change: size"; said != want {
		t.Errorf("found %q, expected %q", said, want)
	}
	_, events = w.mustDo(w.request(engine.VerbUpgrade, w.driverWith("setup/pre/a", "upgrade/post/b"), "2.0", size(7)))
	want := "compared with what is deployed, parameters change: size; files of the driver change: driver.styrmin.yml"
	if said := events.begun(); said != want {
		t.Errorf("found %q, expected %q", said, want)
	}
}

// TestSettingsAreAcknowledged: they need no run, and who waits for Ready need not wait.
func TestSettingsAreAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith()
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	before := w.deployment().Generation
	outcome, _ := w.mustDo(w.request(engine.VerbUpgrade, d, "1.0", func(r *engine.Request) { r.Desired.Spec.Jobs.TimeoutSeconds = 77 }))
	now := w.deployment()
	if outcome.Changed || now.Generation == before {
		t.Fatalf("found outcome %+v at generation %d, expected no run and another generation", outcome, now.Generation)
	}
	ready := now.Status.Conditions[0]
	if ready.Type != v1.ConditionReady || ready.ObservedGeneration != now.Generation || now.Status.ObservedGeneration != now.Generation {
		t.Errorf("generation %d, and found status %+v", now.Generation, now.Status)
	}
}
