package engine_test

import (
	"fmt"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// mostCalls is more than any of these runs needs.
const mostCalls = 80

// TestEngineKilledAnywhere kills the engine at every call that changes
// something, before and after the call took effect, and asks again.
func TestEngineKilledAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("it makes about a hundred runs")
	}
	t.Parallel()
	sharedCluster(t)
	for _, kill := range []struct {
		verb  engine.Verb
		after bool
	}{
		{engine.VerbSetup, false},
		{engine.VerbSetup, true},
		// To be killed before a call leaves the cluster as after the one before it.
		{engine.VerbUpgrade, true},
	} {
		t.Run(fmt.Sprintf("%s, after the call: %t", kill.verb, kill.after), func(t *testing.T) {
			t.Parallel()
			calls := countCalls(t, kill.verb)
			for n := 1; n <= calls; n++ {
				t.Run(fmt.Sprintf("call %d", n), func(t *testing.T) {
					t.Parallel()
					killedAt(t, kill.verb, n, kill.after)
				})
			}
		})
	}
}

// faultWorld is a world in which the verb has one action of each mode to run.
func faultWorld(t *testing.T, verb engine.Verb) (*world, engine.Request) {
	t.Helper()
	w := newWorld(t)
	d := w.driverWith(string(verb)+"/pre/a", string(verb)+"/core/b", string(verb)+"/post/c")
	if verb == engine.VerbSetup {
		return w, w.request(verb, d, "1.0")
	}
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	return w, w.request(verb, d, "2.0")
}

// countCalls counts what an undisturbed run needs.
func countCalls(t *testing.T, verb engine.Verb) int {
	t.Helper()
	w, request := faultWorld(t, verb)
	calls := 0
	w.doWithFault(request, func(c *call) bool { calls = c.number; return false }, false)
	if calls < 15 || calls > mostCalls {
		t.Fatalf("a run takes %d changing calls", calls)
	}
	return calls
}

func killedAt(t *testing.T, verb engine.Verb, n int, after bool) {
	t.Helper()
	w, request := faultWorld(t, verb)
	var killed string
	died := w.doWithFault(request, func(c *call) bool {
		if c.number == n {
			killed = c.Method + " " + c.URL.Path
		}
		return c.number == n
	}, after)
	if !died {
		return // this time it took a renewal of the lock less
	}
	w.freeLock()
	_, events := w.mustDo(request)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("killed at %s\nresumed: %q\nrelease: %q", killed, events.lines(), w.history())
		}
	})
	w.checkFinished(verb, request.Desired.Spec.Version)
	outcome, _ := w.mustDo(request)
	if outcome.Changed {
		t.Errorf("asking a third time changed something: %+v", outcome.Run)
	}
}

// checkFinished asserts that every action succeeded exactly once, and that the
// release is deployed exactly once.
func (w *world) checkFinished(verb engine.Verb, version string) {
	w.t.Helper()
	revision := 1
	if verb == engine.VerbUpgrade {
		revision = 2
	}
	w.checkActions(version)
	w.checkRelease(revision)
}

// checkActions asserts that every action succeeded exactly once.
func (w *world) checkActions(version string) {
	w.t.Helper()
	status := w.deployment().Status
	if status.Run.Phase != v1.RunSucceeded || status.Active == nil || status.Active.Version != version {
		w.t.Errorf("unexpected status %+v", status)
	}
	succeeded := map[string]int{}
	for _, job := range w.jobs(status.Run.ID) {
		if evidence, err := jobs.Read(&job); err == nil && evidence.State == v1.ActionSucceeded {
			succeeded[evidence.Action]++
		}
	}
	for _, action := range []string{"a", "b", "c"} {
		if succeeded[action] != 1 {
			w.t.Errorf("action %s succeeded %d times", action, succeeded[action])
		}
	}
	if order := w.kubelet.order(w.namespace); fmt.Sprint(order) != "[a b c]" {
		w.t.Errorf("pods were started in the order %q", order)
	}
}

// checkRelease asserts that a revision is deployed, and recorded as such.
func (w *world) checkRelease(expected int) {
	w.t.Helper()
	deployed, active := 0, w.deployment().Status.Active.Revision
	for _, record := range w.records() {
		if record.Status == release.StatusDeployed {
			deployed = record.Revision
		}
		if record.IsPending() {
			w.t.Errorf("revision %d is %s", record.Revision, record.Status)
		}
	}
	if deployed != expected || active != expected {
		w.t.Errorf("revision %d is deployed and %d recorded, expected %d", deployed, active, expected)
	}
}
