package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

func TestSetupThenUpgrade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "setup/core/b", "setup/post/c", "upgrade/pre/d", "upgrade/post/e")

	outcome, events := w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	want := []string{
		"RunStarted", "ModeStarted pre", "ActionStarted a#1", "ActionSucceeded a#1",
		"ModeStarted core", "HelmStarted", "HelmSucceeded", "ActionStarted b#1", "ActionSucceeded b#1",
		"ModeStarted post", "ActionStarted c#1", "ActionSucceeded c#1", "RunSucceeded",
	}
	if got := events.lines(); !slices.Equal(got, want) {
		t.Errorf("setup did\n%q, expected\n%q", got, want)
	}
	if !outcome.Changed || outcome.Paused || outcome.Run.Hook != v1.RunHookSetup || outcome.Run.Phase != v1.RunSucceeded {
		t.Errorf("unexpected outcome %+v", outcome)
	}
	status := w.deployment().Status
	if status.Active == nil || status.Active.Version != "1.0" || status.Active.Revision != 1 {
		t.Errorf("unexpected active instance %+v", status.Active)
	}

	outcome, _ = w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	if outcome.Run.Hook != v1.RunHookUpgrade || outcome.Run.FromVersion != "1.0" || outcome.Run.Version != "2.0" {
		t.Errorf("unexpected upgrade run %+v", outcome.Run)
	}
	if got, want := w.kubelet.order(w.namespace), []string{"a", "b", "c", "d", "e"}; !slices.Equal(got, want) {
		t.Errorf("ran %q, expected %q", got, want)
	}
	if got, want := w.history(), []string{"1 superseded", "2 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
}

func TestParametersOnlyAndNothingChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/d", "setup/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))

	outcome, events := w.mustDo(w.request(engine.VerbUpgrade, d, "1.0", size(7)))
	if !outcome.Changed || outcome.Run.Hook != v1.RunHookNone || len(outcome.Run.Actions) != 0 {
		t.Errorf("new parameters alone: unexpected %+v", outcome.Run)
	}
	for _, verb := range []engine.Verb{engine.VerbSetup, engine.VerbUpgrade} {
		outcome, events = w.mustDo(w.request(verb, d, "1.0", size(7)))
		if outcome.Changed || outcome.Run != nil || len(events.lines()) != 0 {
			t.Errorf("%s with nothing changed: unexpected %+v, %q", verb, outcome, events.lines())
		}
	}
	if got, want := w.kubelet.order(w.namespace), []string{"a"}; !slices.Equal(got, want) {
		t.Errorf("ran %q, expected %q", got, want)
	}
	if got, want := w.history(), []string{"1 superseded", "2 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
	if d := w.deployment(); d.Status.Active.Revision != 2 || len(d.Status.History) != 1 {
		t.Errorf("unexpected status %+v", d.Status)
	}
}

func TestFailingPreLeavesTheReleaseAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/bad", "setup/pre/good", "setup/post/c")
	w.kubelet.decide(w.namespace, "bad", failsWith("the disk is full"))
	_, events, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0"))

	var failed *engine.FailedError
	if !errors.As(err, &failed) || failed.Mode != v1.ModePre || failed.Run.Revision > 0 || len(failed.Actions) != 1 {
		t.Fatalf("expected a failure in pre, got %v", err)
	}
	for _, words := range []string{"failed in pre", "Action bad failed", "the disk is full", "release was not touched"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("expected %q in: %v", words, err)
		}
	}
	w.must(events.has("ActionSucceeded good#1"))
	if history := w.history(); len(history) != 0 {
		t.Errorf("Helm was at work: %q", history)
	}
	status := w.deployment().Status
	if status.Run.Phase != v1.RunFailed || status.Run.EndedAt == nil || !strings.Contains(status.Run.Message, "the disk is full") {
		t.Errorf("unexpected run %+v", status.Run)
	}
	if len(status.Conditions) != 1 || status.Conditions[0].Status != metav1.ConditionFalse {
		t.Errorf("unexpected conditions %+v", status.Conditions)
	}

	w.kubelet.decide(w.namespace, "bad", succeeds)
	outcome, events := w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	for _, line := range []string{"RunResumed", "ActionSkipped good#1", "ActionStarted bad#2", "ActionSucceeded bad#2", "RunSucceeded"} {
		w.must(events.has(line))
	}
	if outcome.Run.ID != status.Run.ID || outcome.Run.Message != "" {
		t.Errorf("expected the same run to go on, without its old message: %+v", outcome.Run)
	}
	if state := w.deployment().Status.Conditions[0].Status; state != metav1.ConditionTrue {
		t.Errorf("Ready is %s", state)
	}
}

func TestFailingPostResumesAtPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "setup/post/bad")
	w.kubelet.decide(w.namespace, "bad", failsWith("no such table"))
	_, _, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	var failed *engine.FailedError
	if !errors.As(err, &failed) || failed.Mode != v1.ModePost || failed.Run.Revision == 0 {
		t.Fatalf("expected a failure in post, got %v", err)
	}
	w.kubelet.decide(w.namespace, "bad", succeeds)
	_, events := w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	want := []string{"RunResumed", "ActionSkipped a#1", "ModeStarted post", "ActionStarted bad#2", "ActionSucceeded bad#2", "RunSucceeded"}
	if got := events.lines(); !slices.Equal(got, want) {
		t.Errorf("resuming did\n%q, expected\n%q", got, want)
	}
	if got, want := w.history(), []string{"1 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
}

func TestUntilPreThenResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "setup/post/c")
	outcome, events := w.mustDo(w.request(engine.VerbSetup, d, "1.0", until(v1.ModePre)))
	if !outcome.Paused || outcome.Run.Phase != v1.RunCore || outcome.Run.PausedAfter != v1.ModePre {
		t.Errorf("unexpected outcome %+v", outcome)
	}
	w.must(events.has("RunPaused"))
	if history := w.history(); len(history) != 0 {
		t.Errorf("Helm was at work: %q", history)
	}
	outcome, _ = w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	if outcome.Paused || outcome.Run.Phase != v1.RunSucceeded || outcome.Run.PausedAfter != "" || outcome.Run.Message != "" {
		t.Errorf("unexpected outcome %+v", outcome.Run)
	}
	if got, want := w.kubelet.order(w.namespace), []string{"a", "c"}; !slices.Equal(got, want) {
		t.Errorf("ran %q, expected %q", got, want)
	}
}

func TestInterruptedRunIsTakenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow", "setup/post/c")
	w.kubelet.decide(w.namespace, "slow", runs)
	ctx, interrupt := context.WithCancel(t.Context())
	events, done := w.inBackground(ctx, w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	interrupt()
	if err := within(t, patience, "the interruption", done); !errors.Is(err, context.Canceled) {
		t.Errorf("expected the interruption as the error, got %v", err)
	}

	// Other inputs would be a new run beside the action that is still at work.
	_, _, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0", size(9)))
	var refused *engine.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "slow") || !strings.Contains(err.Error(), "kubectl styrmin abort") {
		t.Errorf("expected a refusal that names the action, got %v", err)
	}

	events, done = w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the adoption", func() error { return events.has("ActionAdopted slow#1") })
	w.eventually("the pod", func() error {
		return w.kubelet.endAll(t.Context(), w.namespace, "slow", ending{message: result(jobs.Result{Outcome: "succeeded"})})
	})
	w.must(within(t, patience, "the resumed run", done))
	if got, want := w.kubelet.order(w.namespace), []string{"slow", "c"}; !slices.Equal(got, want) {
		t.Errorf("ran %q, expected %q", got, want)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith()
	refused := func(what, words string, request engine.Request) {
		t.Helper()
		_, _, err := w.do(t.Context(), request)
		var refusal *engine.RefusedError
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: expected a refusal with %q, got %v", what, words, err)
		}
	}
	refused("upgrade of nothing", "nothing is deployed", w.request(engine.VerbUpgrade, d, "1.0"))
	refused("chart that is not there", "cannot be loaded", w.request(engine.VerbSetup, d, "1.0", func(r *engine.Request) { r.ChartDir = "nowhere" }))
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	refused("setup with other inputs", "exists already", w.request(engine.VerbSetup, d, "2.0"))
	w.must(w.admin.Delete(t.Context(), w.deployment()))
	refused("setup over somebody's release", "no StyrminDeployment governs it", w.request(engine.VerbSetup, d, "2.0"))
	outcome, _ := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	if outcome.Run.Hook != v1.RunHookUpgrade || outcome.Run.BaseRevision != 1 {
		t.Errorf("adopting a release: unexpected run %+v", outcome.Run)
	}
}
