package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

func again(from v1.Mode, actions ...string) func(*engine.Request) {
	return func(r *engine.Request) { r.Again = lifecycle.Again{From: from, Actions: actions} }
}

// TestRunAgain: actions that succeeded run once more when the operator says so,
// and only then; Helm is not asked again.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/save", "setup/core/fill", "setup/post/check")
	request := w.request(engine.VerbSetup, d, "1.0")
	w.refused(w.request(engine.VerbSetup, d, "1.0", again(v1.ModePost)), "no run with these inputs")
	w.mustDo(request)
	run := w.deployment().Status.Run.ID

	_, events := w.mustDo(w.request(engine.VerbSetup, d, "1.0", again("", "check")))
	expected := []string{"RunResumed", "ActionSkipped save#1", "ActionSkipped fill#1", "ModeStarted post", "ActionStarted check#2", "ActionSucceeded check#2", "RunSucceeded"}
	if lines := events.lines(); !slices.Equal(lines, expected) {
		t.Errorf("the events are %q, expected %q", lines, expected)
	}
	_, events = w.mustDo(w.request(engine.VerbSetup, d, "1.0", again(v1.ModeCore)))
	for _, line := range []string{"ActionSkipped save#1", "ActionStarted fill#2", "ActionStarted check#3"} {
		w.must(events.has(line))
	}
	if found := w.deployment().Status.Run; found.ID != run || found.Phase != v1.RunSucceeded {
		t.Errorf("the run is %s, %s; expected %s to have succeeded", found.ID, found.Phase, run)
	}
	if history := w.history(); !slices.Equal(history, []string{"1 deployed"}) {
		t.Errorf("the release's history is %q, expected one revision", history)
	}

	w.refused(w.request(engine.VerbSetup, d, "1.0", again("", "chekc")), `did you mean "check"?`)
	w.refused(w.request(engine.VerbUpgrade, d, "2.0", again(v1.ModePre)), "no run with these inputs")
	if outcome, _ := w.mustDo(request); outcome.Changed {
		t.Error("without being asked to, something ran again")
	}
}

// TestAgainAfterAFailure: a run that failed is resumed with more than what failed.
func TestAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/save", "setup/post/check")
	w.kubelet.decide(w.namespace, "check", failsWith("boom"))
	if _, _, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0")); err == nil {
		t.Fatal("the run succeeded")
	}
	w.kubelet.decide(w.namespace, "check", succeeds)
	_, events := w.mustDo(w.request(engine.VerbSetup, d, "1.0", again("", "save")))
	for _, line := range []string{"ActionStarted save#2", "ActionStarted check#2"} {
		w.must(events.has(line))
	}
}

// refused checks that a request is refused before anything is done.
func (w *world) refused(request engine.Request, text string) {
	w.t.Helper()
	_, _, err := w.do(w.t.Context(), request)
	var refused *engine.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), text) {
		w.t.Errorf("expected a refusal that says %q, found %v", text, err)
	}
}
