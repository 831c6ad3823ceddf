package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// abortRequest asks for the end of the world's run.
func (w *world) abortRequest(reason string) engine.AbortRequest {
	return engine.AbortRequest{Namespace: w.namespace, Name: deploymentName, Reason: reason, Timeout: patience}
}

// abort aborts with an engine of its own, as a user.
func (w *world) abort(user, reason string) (engine.AbortOutcome, *journal, error) {
	w.t.Helper()
	config := rest.CopyConfig(w.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: []string{"system:masters", "system:authenticated"}}
	e, events := w.engine(config)
	outcome, err := e.Abort(w.t.Context(), w.abortRequest(reason))
	return outcome, events, err
}

// nothingAtWork asserts what abort promises.
func (w *world) nothingAtWork(run string) {
	w.t.Helper()
	for _, job := range w.jobs(run) {
		if state := jobs.StateOf(&job); state == v1.ActionRunning || state == v1.ActionLost {
			w.t.Errorf("Job %s is %s", job.Name, state)
		}
	}
	var pods corev1.PodList
	w.must(w.admin.List(w.t.Context(), &pods, client.InNamespace(w.namespace), client.MatchingLabels{v1.LabelRun: run}))
	for _, pod := range pods.Items {
		if pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
			w.t.Errorf("pod %s is %s", pod.Name, pod.Status.Phase)
		}
	}
}

// awaitRunning waits until an action's pod runs: one that is ended before would
// be started again by our kubelet.
func (w *world) awaitRunning(action string) {
	w.t.Helper()
	w.eventually("the pod", func() error {
		var pods corev1.PodList
		w.must(w.admin.List(w.t.Context(), &pods, client.InNamespace(w.namespace)))
		for i := range pods.Items {
			if nameOf(&pods.Items[i]) == action && pods.Items[i].Status.Phase == corev1.PodRunning {
				return nil
			}
		}
		return errors.New("none runs")
	})
}

// aborted asserts the record of an abort and returns its run.
func (w *world) aborted(by, reason string) *v1.Run {
	w.t.Helper()
	status := w.deployment().Status
	run := status.Run
	if run.Phase != v1.RunAborted || run.Abort == nil || run.Abort.By != by || run.Abort.Reason != reason || run.EndedAt == nil {
		w.t.Fatalf("unexpected record %+v (abort %+v)", run, run.Abort)
	}
	ready := status.Conditions[0]
	if ready.Status != metav1.ConditionFalse || ready.Reason != "RunAborted" || !strings.Contains(ready.Message, reason) {
		w.t.Errorf("unexpected condition %+v", ready)
	}
	for _, action := range run.Actions {
		if action.State == v1.ActionRunning {
			w.t.Errorf("action %s is still recorded as running", action.Name)
		}
	}
	w.nothingAtWork(run.ID)
	return run
}

// TestAbort: the engine elsewhere lets go at once, the action is stopped, and the
// next run starts from the beginning.
func TestAbort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow", "setup/pre/quick", "setup/post/c")
	w.kubelet.decide(w.namespace, "slow", runs)
	events, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	w.eventually("the end of the other action", func() error { return events.has("ActionSucceeded quick#1") })

	outcome, told, err := w.abort("bob", "wrong window")
	w.must(err)
	err = within(t, patience, "the engine", done)
	var aborted *engine.AbortedError
	if !errors.As(err, &aborted) || aborted.Abort.By != "bob" || !strings.Contains(err.Error(), "aborted by bob at ") || !strings.Contains(err.Error(), "wrong window") {
		t.Fatalf("expected the engine to say who aborted its run, got %v", err)
	}
	w.must(events.has("RunAborted"))
	w.must(told.has("ActionLost slow#1"))
	run := w.aborted("bob", "wrong window")
	if outcome.Joined || outcome.Release != engine.ReleaseUntouched || outcome.Run.ID != run.ID {
		t.Errorf("unexpected outcome %+v", outcome)
	}
	for name, want := range map[string]v1.ActionState{"slow": v1.ActionLost, "quick": v1.ActionSucceeded, "c": v1.ActionPending} {
		for _, action := range run.Actions {
			if action.Name == name && action.State != want {
				t.Errorf("action %s is %s, expected %s", name, action.State, want)
			}
		}
	}

	w.kubelet.decide(w.namespace, "slow", succeeds)
	again, events := w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.must(events.has("RunStarted"))
	if again.Run.ID == run.ID {
		t.Error("the aborted run was resumed")
	}
	for _, line := range []string{"ActionStarted slow#1", "ActionStarted quick#1"} {
		w.must(events.has(line))
	}
	past := w.deployment().Status.History[0]
	if past.ID != run.ID || past.Phase != v1.RunAborted || past.Abort.By != "bob" {
		t.Errorf("unexpected history %+v", past)
	}
}

// TestAbortWithoutAnEngine: it died while an action was at work. Its lock is
// waited for, never taken from one that lives.
func TestAbortWithoutAnEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	died := w.doWithFault(w.request(engine.VerbSetup, d, "1.0"), func(c *call) bool { return c.creates("/jobs") }, true)
	if !died {
		t.Fatal("the engine lived")
	}
	if action := w.deployment().Status.Run.Actions[0]; action.State != v1.ActionPending {
		t.Fatalf("the record says %s, expected that the engine died before it recorded the start", action.State)
	}
	_, _, err := w.abort("bob", "it hangs")
	w.must(err)
	run := w.aborted("bob", "it hangs")
	if action := run.Actions[0]; action.State != v1.ActionLost || action.Attempt != 1 || !strings.Contains(action.Message, "aborted") {
		t.Errorf("unexpected action %+v", action)
	}
}

// TestAbortRefusals: a run that is over, or none at all.
func TestAbortRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refused := func(words string) {
		t.Helper()
		before := w.resourceVersion()
		_, _, err := w.abort("bob", "")
		var refusal *engine.RefusedError
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), words) {
			t.Errorf("expected a refusal with %q, got %v", words, err)
		}
		if after := w.resourceVersion(); after != before {
			t.Errorf("%q: the deployment was changed", words)
		}
	}
	refused("no StyrminDeployment app in namespace " + w.namespace)
	d := w.driverWith("setup/pre/a")
	request := w.request(engine.VerbSetup, d, "1.0")
	w.must(w.admin.Create(t.Context(), request.Desired.DeepCopy()))
	refused("has had no run")
	w.kubelet.decide(w.namespace, "a", failsWith("no"))
	if _, _, err := w.do(t.Context(), request); err == nil {
		t.Fatal("expected a failure")
	}
	_, _, err := w.abort("alice", "given up")
	w.must(err)
	run := w.aborted("alice", "given up")
	if !strings.Contains(run.Message, "before that, the run failed in pre") {
		t.Errorf("what went wrong is lost: %s", run.Message)
	}
	refused("aborted by alice")
	w.kubelet.decide(w.namespace, "a", succeeds)
	w.mustDo(request)
	refused("is over: it succeeded")
}

// resourceVersion of the deployment; empty when there is none.
func (w *world) resourceVersion() string {
	var d v1.StyrminDeployment
	_ = w.admin.Get(w.t.Context(), client.ObjectKey{Namespace: w.namespace, Name: deploymentName}, &d)
	return d.ResourceVersion
}

// TestAbortEndsAnOrphan: a pod whose Job is gone is at work as well.
func TestAbortEndsAnOrphan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	ctx, interrupt := context.WithCancel(t.Context())
	events, done := w.inBackground(ctx, w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	w.podOf(w.runJob())
	interrupt()
	within(t, patience, "the interruption", done)
	w.must(w.admin.Delete(t.Context(), w.runJob(), client.PropagationPolicy(metav1.DeletePropagationOrphan)))
	_, _, err := w.abort("bob", "")
	w.must(err)
	w.aborted("bob", "")
}

// TestAbortInPost: the release is at its target, and the same command is not
// "nothing to do": it is the run anew, told the version that it was told before.
func TestAbortInPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a", "upgrade/post/slow")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.kubelet.decide(w.namespace, "slow", runs)
	events, done := w.inBackground(t.Context(), w.request(engine.VerbUpgrade, d, "2.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	outcome, _, err := w.abort("bob", "")
	w.must(err)
	within(t, patience, "the engine", done)
	run := w.aborted("bob", "")
	if outcome.Release != engine.ReleaseChanged || run.Revision != 2 {
		t.Errorf("the release is left %s, revision %d", outcome.Release, run.Revision)
	}
	w.kubelet.decide(w.namespace, "slow", succeeds)
	again, _ := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	if !again.Changed || again.Run.Hook != v1.RunHookUpgrade || again.Run.FromVersion != "1.0" || again.Run.Version != "2.0" {
		t.Errorf("unexpected run %+v", again.Run)
	}
	if got, want := w.kubelet.order(w.namespace), []string{"a", "slow", "a", "slow"}; !slices.Equal(got, want) {
		t.Errorf("ran %q, expected %q", got, want)
	}
	if outcome, _ := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0")); outcome.Changed {
		t.Errorf("asking a third time: unexpected run %+v", outcome.Run)
	}
}

// TestAbortTakesNoLiveEnginesLock: one that does not let go is named.
func TestAbortTakesNoLiveEnginesLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", failsWith("no"))
	if _, _, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0")); err == nil {
		t.Fatal("expected a failure")
	}
	lease := w.holdLease(t.Context(), "deaf-host/1-abcde")
	e, _ := w.engine(w.config)
	request := w.abortRequest("")
	request.Timeout = 5 * time.Second
	_, err := e.Abort(t.Context(), request)
	var locked *lock.TakenError
	if !errors.As(err, &locked) || locked.Holder != "deaf-host/1-abcde" || !strings.Contains(err.Error(), "finish the abort with: kubectl styrmin abort app -n "+w.namespace) {
		t.Errorf("expected the engine that does not let go to be named, got %v", err)
	}
	w.must(w.admin.Get(t.Context(), client.ObjectKeyFromObject(lease), lease))
	if *lease.Spec.HolderIdentity != "deaf-host/1-abcde" {
		t.Errorf("the lock was taken by %s", *lease.Spec.HolderIdentity)
	}
}
