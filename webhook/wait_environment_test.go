package webhook_test

import (
	"strings"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
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
