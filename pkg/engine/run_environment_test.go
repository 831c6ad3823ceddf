package engine_test

import (
	"slices"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
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
