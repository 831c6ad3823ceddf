package engine_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
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

// gate is a transport that holds back one request until it is opened.
type gate struct {
	holds   func(*http.Request, string) bool
	reached chan struct{}
	open    chan struct{}
	once    sync.Once
}

func newGate(holds func(r *http.Request, body string) bool) *gate {
	return &gate{holds: holds, reached: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.GetBody != nil {
			if body, err := r.GetBody(); err == nil {
				content, _ := io.ReadAll(body)
				if g.holds(r, string(content)) {
					g.once.Do(func() { close(g.reached) })
					<-g.open
				}
			}
		}
		return next.RoundTrip(r)
	})
}

// records is true for the request that records a phase.
func records(phase v1.RunPhase) func(*http.Request, string) bool {
	return func(r *http.Request, body string) bool {
		return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/status") && strings.Contains(body, `"phase":"`+string(phase)+`"`)
	}
}

// TestAbortAgainstSuccess: both at the same instant; what the API server takes
// first holds, and the other is told.
func TestAbortAgainstSuccess(t *testing.T) {
	t.Parallel()
	t.Run("the abort is first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		g := newGate(records(v1.RunSucceeded))
		config := rest.CopyConfig(w.config)
		config.Wrap(g.wrap)
		e, _ := w.engine(config)
		p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, w.driverWith("setup/pre/a"), "1.0"))
		w.must(err)
		done := make(chan error, 1)
		go func() { _, err := e.Do(t.Context(), p); done <- err }()
		within(t, patience, "the success", g.reached)
		finished := make(chan error, 1)
		go func() { _, _, err := w.abort("bob", "too late?"); finished <- err }()
		w.eventually("the record of the abort", func() error {
			if phase := w.deployment().Status.Run.Phase; phase != v1.RunAborted {
				return errors.New(string(phase))
			}
			return nil
		})
		close(g.open)
		var aborted *engine.AbortedError
		if err := within(t, patience, "the engine", done); !errors.As(err, &aborted) {
			t.Errorf("expected the engine to be told of the abort, got %v", err)
		}
		w.must(within(t, patience, "the abort", finished))
		run := w.aborted("bob", "too late?")
		if run.Revision != 1 || w.deployment().Status.Active != nil {
			t.Errorf("unexpected run %+v", run)
		}
	})
	t.Run("the success is first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := w.driverWith("setup/pre/a")
		w.kubelet.decide(w.namespace, "a", runs)
		_, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
		w.runJob()
		g := newGate(records(v1.RunAborted))
		config := rest.CopyConfig(w.config)
		config.Wrap(g.wrap)
		e, _ := w.engine(config)
		finished := make(chan error, 1)
		go func() { _, err := e.Abort(t.Context(), w.abortRequest("too late?")); finished <- err }()
		within(t, patience, "the abort", g.reached)
		w.awaitRunning("a")
		w.must(w.kubelet.endAll(t.Context(), w.namespace, "a", ending{}))
		w.must(within(t, patience, "the run", done))
		close(g.open)
		var refused *engine.RefusedError
		if err := within(t, patience, "the abort", finished); !errors.As(err, &refused) || !strings.Contains(err.Error(), "it succeeded") {
			t.Errorf("expected that there is nothing to abort any more, got %v", err)
		}
		if phase := w.deployment().Status.Run.Phase; phase != v1.RunSucceeded {
			t.Errorf("the run is %s", phase)
		}
	})
}

// TestAbortAgainstTheStartOfAnAction: the engine had decided to start an action
// when the run was aborted; the Job that comes after is stopped as well.
func TestAbortAgainstTheStartOfAnAction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", runs)
	g := newGate(func(r *http.Request, _ string) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/jobs")
	})
	config := rest.CopyConfig(w.config)
	config.Wrap(g.wrap)
	e, _ := w.engine(config)
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.must(err)
	done := make(chan error, 1)
	go func() { _, err := e.Do(t.Context(), p); done <- err }()
	within(t, patience, "the Job", g.reached)
	finished, told := make(chan error, 1), &journal{}
	aborting, _ := w.engine(w.config)
	aborting.Reporter = told
	go func() { _, err := aborting.Abort(t.Context(), w.abortRequest("")); finished <- err }()
	w.eventually("the wait for the engine", func() error { return told.has("EngineStopping") })
	close(g.open)
	var aborted *engine.AbortedError
	if err := within(t, patience, "the engine", done); !errors.As(err, &aborted) {
		t.Errorf("expected the engine to be told of the abort, got %v", err)
	}
	w.must(within(t, patience, "the abort", finished))
	run := w.deployment().Status.Run
	w.nothingAtWork(run.ID)
	if action := run.Actions[0]; action.State != v1.ActionLost {
		t.Errorf("action a is %s", action.State)
	}
}

// TestTwoAborts: the first one is recorded, the second one helps.
func TestTwoAborts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	events, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	type result struct {
		outcome engine.AbortOutcome
		err     error
	}
	results := make(chan result, 2)
	for _, user := range []string{"alice", "bob"} {
		go func() {
			outcome, _, err := w.abort(user, "by "+user)
			results <- result{outcome, err}
		}()
	}
	joined, refused := 0, 0
	for range 2 {
		r := within(t, patience, "an abort", results)
		var refusal *engine.RefusedError
		switch {
		case errors.As(r.err, &refusal): // it came when everything had stopped
			refused++
		case r.err != nil:
			t.Errorf("unexpected error %v", r.err)
		case r.outcome.Joined:
			joined++
		}
	}
	if joined+refused != 1 {
		t.Errorf("%d joined and %d were refused, expected one that was not the first", joined, refused)
	}
	within(t, patience, "the engine", done)
	by := w.deployment().Status.Run.Abort.By
	w.aborted(by, "by "+by)
}

// TestAbortThatWasCutShort is gone on with by another one.
func TestAbortThatWasCutShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	ctx, interrupt := context.WithCancel(t.Context())
	events, done := w.inBackground(ctx, w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	interrupt()
	within(t, patience, "the interruption", done)
	w.podOf(w.runJob())

	config := rest.CopyConfig(w.config)
	ctx, cut := context.WithCancel(t.Context())
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodDelete {
				cut()
			}
			return next.RoundTrip(r)
		})
	})
	e, _ := w.engine(config)
	if _, err := e.Abort(ctx, w.abortRequest("first")); !errors.Is(err, context.Canceled) {
		t.Fatalf("expected the abort to be cut short, got %v", err)
	}
	_, _, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	var refused *engine.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "finish the abort of that run: kubectl styrmin abort app -n "+w.namespace) {
		t.Errorf("expected that no run begins beside what is at work, got %v", err)
	}
	outcome, _, err := w.abort("bob", "second")
	w.must(err)
	if !outcome.Joined {
		t.Error("expected that the second abort finishes the first")
	}
	w.aborted(outcome.Run.Abort.By, "first")
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

// TestAbortDuringHelm: Helm gets the time to apply what it has begun to apply,
// and is not waited for until everything is ready.
func TestAbortDuringHelm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	hung, done := w.hangInHelm(t.Context(), w.request(engine.VerbUpgrade, d, "2.0"))
	within(t, patience, "Helm", hung)
	began := time.Now()
	outcome, _, err := w.abort("bob", "Helm hangs")
	w.must(err)
	if took := time.Since(began); took < 10*time.Second {
		t.Errorf("Helm had only %s", took)
	}
	var aborted *engine.AbortedError
	if err := within(t, patience, "the engine", done); !errors.As(err, &aborted) {
		t.Errorf("expected the engine to be told of the abort, got %v", err)
	}
	w.aborted("bob", "Helm hangs")
	if outcome.Release != engine.ReleaseHalfWay {
		t.Errorf("what is left of the release: found %s", outcome.Release)
	}
	if got, want := w.history(), []string{"1 deployed", "2 failed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
}

// hangInHelm carries a request out with an engine whose Helm hangs in the middle
// of its change; hung is closed when it does.
func (w *world) hangInHelm(ctx context.Context, request engine.Request) (hung chan struct{}, done chan error) {
	w.t.Helper()
	hung, done = make(chan struct{}), make(chan error, 1)
	config := rest.CopyConfig(w.config)
	var once sync.Once
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/configmaps/app-config") {
				once.Do(func() { close(hung) })
				<-w.t.Context().Done() // Helm never hears of it
			}
			return next.RoundTrip(r)
		})
	})
	e, _ := w.engine(config)
	p, err := e.Prepare(ctx, request)
	w.must(err)
	go func() { _, err := e.Do(ctx, p); done <- err }()
	return hung, done
}

// TestInterruptionDuringHelm: it is not waited for, and the message says that the
// change will be made again.
func TestInterruptionDuringHelm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	ctx, interrupt := context.WithCancel(t.Context())
	hung, done := w.hangInHelm(ctx, w.request(engine.VerbUpgrade, d, "2.0"))
	within(t, patience, "Helm", hung)
	interrupt()
	var interrupted *engine.InterruptedError
	if err := within(t, patience, "the engine", done); !errors.As(err, &interrupted) || !interrupted.CutHelm || !strings.Contains(err.Error(), "No action is at work.") {
		t.Errorf("expected that Helm was cut short, got %v", err)
	}
	_, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(events.has("RunResumed"))
	w.must(events.has("HelmSucceeded"))
}

// TestAbortAfterDeathInHelm: nobody is at work on the pending revision.
func TestAbortAfterDeathInHelm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.diesInHelm(w.request(engine.VerbUpgrade, d, "2.0"))
	outcome, _, err := w.abort("bob", "")
	w.must(err)
	w.aborted("bob", "")
	if outcome.Release != engine.ReleaseHalfWay {
		t.Errorf("what is left of the release: found %s", outcome.Release)
	}
	if got, want := w.history(), []string{"1 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
	again, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(events.has("ActionStarted a#1"))
	if again.Run.FromVersion != "1.0" {
		t.Errorf("unexpected run %+v", again.Run)
	}
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
	var locked *engine.LockedError
	if !errors.As(err, &locked) || locked.Holder != "deaf-host/1-abcde" || !strings.Contains(err.Error(), "finish the abort with: kubectl styrmin abort app -n "+w.namespace) {
		t.Errorf("expected the engine that does not let go to be named, got %v", err)
	}
	w.must(w.admin.Get(t.Context(), client.ObjectKeyFromObject(lease), lease))
	if *lease.Spec.HolderIdentity != "deaf-host/1-abcde" {
		t.Errorf("the lock was taken by %s", *lease.Spec.HolderIdentity)
	}
}

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
