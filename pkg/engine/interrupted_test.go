package engine_test

import (
	"context"
	"errors"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

func TestInterruptedError(t *testing.T) {
	run := func(states ...v1.ActionState) v1.Run {
		run := v1.Run{ID: "x"}
		for i, state := range states {
			run.Actions = append(run.Actions, v1.ActionStatus{Name: string(rune('a' + i)), State: state})
		}
		return run
	}
	const head = "interrupted; run x is not over, resume it with: kubectl styrmin upgrade app\n"
	for name, tt := range map[string]struct {
		err  engine.InterruptedError
		want string
	}{
		"nothing at work": {
			engine.InterruptedError{Run: run(v1.ActionSucceeded, v1.ActionPending)},
			head + "No action is at work.",
		},
		"one action": {
			engine.InterruptedError{Run: run(v1.ActionSucceeded, v1.ActionRunning)},
			head + "Action b goes on in the cluster by itself; nothing more is started.",
		},
		"two actions": {
			engine.InterruptedError{Run: run(v1.ActionRunning, v1.ActionFailed, v1.ActionRunning)},
			head + "Actions a, c go on in the cluster by themselves; nothing more is started.",
		},
		"in Helm": {
			engine.InterruptedError{Run: run(v1.ActionSucceeded), CutHelm: true},
			head + "No action is at work.\nThe change of the Helm release was cut short; the resumed run makes it again.",
		},
	} {
		tt.err.Command, tt.err.Err = "kubectl styrmin upgrade app", context.Canceled
		if found := tt.err.Error(); found != tt.want {
			t.Errorf("%s: found\n%s\nexpected\n%s", name, found, tt.want)
		}
		if !errors.Is(&tt.err, context.Canceled) {
			t.Errorf("%s: the context's error is not in the chain", name)
		}
	}
	if found, want := (&engine.InterruptedError{Run: run()}).Error(), "interrupted; run x is not over, run the same command again\nNo action is at work."; found != want {
		t.Errorf("found\n%s\nexpected\n%s", found, want)
	}
}
