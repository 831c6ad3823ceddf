package engine_test

import (
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// TestRunPassesItsBound: its Jobs end with it (E5), and the same command
// without the bound goes on with a new attempt.
func TestRunPassesItsBound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	_, events, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0", func(r *engine.Request) { r.Desired.Spec.Jobs.RunTimeoutSeconds = 10 }))
	var failed *engine.FailedError
	if !errors.As(err, &failed) || failed.Bound != 10*time.Second || len(failed.Actions) != 1 || failed.Actions[0].Name != "slow" {
		t.Fatalf("expected a run that passed its bound in slow, found %v; events %q", err, events.lines())
	}
	run := w.deployment().Status.Run
	if run.Phase != v1.RunFailed || run.EndedAt == nil {
		t.Errorf("the record says %s, ended at %v", run.Phase, run.EndedAt)
	}
	if action := run.Actions[0]; action.State != v1.ActionFailed || action.EndedAt == nil {
		t.Errorf("action slow is %s, ended at %v", action.State, action.EndedAt)
	}
	w.eventually("the end of the Job", func() error {
		for _, job := range w.jobs(run.ID) {
			if err := w.admin.Get(t.Context(), client.ObjectKeyFromObject(&job), &job); !apierrors.IsNotFound(err) && job.DeletionTimestamp == nil {
				return errors.New("it is still there")
			}
		}
		return nil
	})

	w.kubelet.decide(w.namespace, "slow", succeeds)
	_, events = w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	for _, line := range []string{"RunResumed", "ActionStarted slow#2"} {
		w.must(events.has(line))
	}
}
