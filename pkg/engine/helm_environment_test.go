package engine_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// diesInHelm carries a request out with an engine that dies after Helm has
// recorded that it begins.
func (w *world) diesInHelm(request engine.Request) {
	w.t.Helper()
	died := w.doWithFault(request, func(c *call) bool { return c.creates("/secrets") && c.isRelease }, true)
	if !died {
		w.t.Fatal("the engine lived")
	}
	w.freeLock()
	records := w.records()
	if len(records) == 0 || !records[len(records)-1].IsPending() {
		w.t.Fatalf("expected a pending revision, found %q", w.history())
	}
}

func TestOwnPendingReleaseIsRecovered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.diesInHelm(w.request(engine.VerbUpgrade, d, "2.0"))
	_, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(events.has("ActionSkipped a#1"))
	if got, want := w.history(), []string{"1 superseded", "2 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
}

// TestPendingReleaseOfAnEarlierRun: other inputs make a new run, which may
// clear away what the dead one left; a pending install has no revision to roll back to.
func TestPendingReleaseOfAnEarlierRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith()
	w.diesInHelm(w.request(engine.VerbSetup, d, "1.0"))
	outcome, _ := w.mustDo(w.request(engine.VerbSetup, d, "1.0", size(5)))
	if outcome.Run.Hook != v1.RunHookSetup || outcome.Run.BaseRevision != 0 {
		t.Errorf("unexpected run %+v", outcome.Run)
	}
	if got, want := w.history(), []string{"1 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
}

// TestPendingReleaseOfSomebodyElse: another client's revision bears no label of
// a run, or the copy of one that Helm made from the revision before.
func TestPendingReleaseOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for name, labels := range map[string]string{"no label": `{"styrmin.io/run":null}`, "copied labels": `{"styrmin.io/revision":"1"}`} {
		t.Run(name, func(t *testing.T) { respectsPending(t, labels) })
	}
}

func respectsPending(t *testing.T, labels string) {
	t.Helper()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.diesInHelm(w.request(engine.VerbUpgrade, d, "2.0"))
	record := &corev1.Secret{}
	record.Namespace, record.Name = w.namespace, release.Key(deploymentName, 2)
	patch := `{"metadata":{"labels":` + labels + `}}`
	w.must(w.admin.Patch(t.Context(), record, client.RawPatch("application/merge-patch+json", []byte(patch))))

	request := w.request(engine.VerbUpgrade, d, "2.0", size(5)) // a new run
	_, _, err := w.do(t.Context(), request)
	var pending *helm.PendingError
	if !errors.As(err, &pending) || pending.Revision != 2 || pending.Since.IsZero() || pending.By == "" || !pending.CanForget {
		t.Errorf("expected that somebody else's change is respected, got %#v", err)
	}
	if got := w.kubelet.order(w.namespace); len(got) != 1 {
		t.Errorf("ran %q, expected no action of the run that is refused", got)
	}
	request.ForgetPending = 1
	var refused *engine.RefusedError
	if _, _, err := w.do(t.Context(), request); !errors.As(err, &refused) || !strings.Contains(err.Error(), "its newest revision is 2 (pending-upgrade)") {
		t.Errorf("expected that another revision is not forgotten, got %v", err)
	}
	if got, want := w.history(), []string{"1 deployed", "2 pending-upgrade"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}

	request.ForgetPending = 2
	expect(t, "the plan's revision", w.plan(request).Helm.Revision, 2)
	_, events := w.mustDo(request)
	w.must(events.has("HelmForgotten"))
	if got, want := w.history(), []string{"1 superseded", "2 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
	if _, _, err := w.do(t.Context(), request); !errors.As(err, &refused) || !strings.Contains(err.Error(), "its newest revision is 2 (deployed)") {
		t.Errorf("expected that what is deployed is not forgotten, got %v", err)
	}
}

// TestPendingInstallOfSomebodyElse: with nothing deployed, neither verb sends to the
// other one, and a setup goes on where it is told to.
func TestPendingInstallOfSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith()
	w.diesInHelm(w.request(engine.VerbSetup, d, "1.0"))
	w.must(w.admin.Delete(t.Context(), w.deployment()))
	for _, verb := range []engine.Verb{engine.VerbSetup, engine.VerbUpgrade} {
		var pending *helm.PendingError
		if _, _, err := w.do(t.Context(), w.request(verb, d, "1.0")); !errors.As(err, &pending) || pending.Revision != 1 {
			t.Errorf("%s: expected to be told of the pending revision, got %v", verb, err)
		}
	}
	request := w.request(engine.VerbSetup, d, "1.0")
	request.ForgetPending = 1
	w.mustDo(request)
	if got, want := w.history(), []string{"1 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
}

// TestNumberTakenByAnotherClient: in the moment in which Helm would store its record, another
// client has stored one under that number.
func TestNumberTakenByAnotherClient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, verb engine.Verb
		history      []string
	}{
		"install": {verb: engine.VerbSetup, history: []string{"1 deployed"}},
		"upgrade": {before: engine.VerbSetup, verb: engine.VerbUpgrade, history: []string{"1 superseded", "2 deployed"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			d := w.driverWith("upgrade/pre/a")
			if c.before != "" {
				w.mustDo(w.request(c.before, d, "1.0"))
			}
			request := w.request(c.verb, d, "2.0")
			events, err := w.beaten(request)
			var pending *helm.PendingError
			if !errors.As(err, &pending) || pending.Revision != len(c.history) {
				t.Errorf("expected to be told of the other client's change, got %v", err)
			}
			w.must(events.has("HelmHeld"))
			if phase := w.deployment().Status.Run.Phase; phase != v1.RunCore {
				t.Errorf("the run is %s, expected %s: nothing of it failed", phase, v1.RunCore)
			}
			request.ForgetPending = pending.Revision
			w.mustDo(request)
			if got := w.history(); !slices.Equal(got, c.history) {
				t.Errorf("the release is %q, expected %q", got, c.history)
			}
		})
	}
}

// beaten carries a request out with an engine whose every record of a release another client
// stores first.
func (w *world) beaten(request engine.Request) (*journal, error) {
	w.t.Helper()
	config := rest.CopyConfig(w.config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && isRelease(r) {
				w.must(w.admin.Create(r.Context(), w.recordIn(r)))
			}
			return next.RoundTrip(r)
		})
	})
	e, events := w.engine(config)
	p, err := e.Prepare(w.t.Context(), request)
	w.must(err)
	_, err = e.Do(w.t.Context(), p)
	return events, err
}

// recordIn is the record that a request would create, as a client without runs would write it.
func (w *world) recordIn(r *http.Request) client.Object {
	w.t.Helper()
	body, err := r.GetBody()
	w.must(err)
	defer func() { _ = body.Close() }()
	content, err := io.ReadAll(body)
	w.must(err)
	var record corev1.Secret
	_, _, err = scheme.Codecs.UniversalDeserializer().Decode(content, nil, &record)
	w.must(err)
	record.Namespace = w.namespace
	delete(record.Labels, v1.LabelRun)
	return &record
}

// TestRollbackByAnotherClient: a rollback spends what the pre actions proved.
func TestRollbackByAnotherClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a", "upgrade/post/bad")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.kubelet.decide(w.namespace, "bad", failsWith("no"))
	if _, _, err := w.do(t.Context(), w.request(engine.VerbUpgrade, d, "2.0")); err == nil {
		t.Fatal("expected a failure in post")
	}
	// What `helm rollback` does, as far as records show it.
	e, _ := w.engine(w.config)
	p, err := e.Prepare(t.Context(), w.request(engine.VerbUpgrade, d, "1.0"))
	w.must(err)
	_, err = e.Helm.Apply(t.Context(), helm.Request{Release: deploymentName, Chart: p.Chart, Values: p.Instance.Values, Description: "Rollback to 1"})
	w.must(err)

	w.kubelet.decide(w.namespace, "bad", succeeds)
	outcome, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(events.has("RunStarted"))
	if outcome.Run.BaseRevision != 3 || outcome.Run.Revision != 4 {
		t.Errorf("unexpected run %+v", outcome.Run)
	}
	if got, want := w.kubelet.order(w.namespace), []string{"a", "bad", "a", "bad"}; !slices.Equal(got, want) {
		t.Errorf("ran %q, expected %q", got, want)
	}
}

// TestDriverBump: the same chart and values, another driver, is an upgrade of its own.
func TestDriverBump(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDo(w.request(engine.VerbSetup, w.driverWith("upgrade/pre/a"), "1.0"))
	bumped := w.driverText("def work(deployment_id: str) -> None:\n    print(2)\n", "upgrade/pre/a")
	outcome, _ := w.mustDo(w.request(engine.VerbUpgrade, bumped, "1.0"))
	if outcome.Run.Hook != v1.RunHookUpgrade || outcome.Run.Revision != 2 {
		t.Errorf("unexpected run %+v", outcome.Run)
	}
	outcome, _ = w.mustDo(w.request(engine.VerbUpgrade, bumped, "1.0"))
	if outcome.Changed {
		t.Errorf("the same again: unexpected run %+v", outcome.Run)
	}
}

// refused is a version that renders, and that the API server does not take.
const refused = "2.0 beta"

func TestHelmFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a", "upgrade/core/b")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	for attempt, want := range [][]string{{"1 deployed", "2 failed"}, {"1 deployed", "2 failed", "3 failed"}} {
		_, events, err := w.do(t.Context(), w.request(engine.VerbUpgrade, d, refused))
		var failed *engine.FailedError
		if !errors.As(err, &failed) || failed.Mode != v1.ModeCore || failed.Helm == nil || failed.Run.Revision > 0 {
			t.Fatalf("expected Helm's failure, got %v", err)
		}
		if !strings.Contains(err.Error(), "The Helm release could not be changed") || !strings.Contains(err.Error(), "a valid label must") {
			t.Errorf("expected the API server's words in: %v", err)
		}
		w.must(events.has("HelmFailed"))
		if got := w.history(); !slices.Equal(got, want) {
			t.Errorf("attempt %d: the release is %q, expected %q", attempt, got, want)
		}
	}
	if order := w.kubelet.order(w.namespace); len(order) != 1 {
		t.Errorf("pre ran again, or core ran: %q", order)
	}
}

// TestRollbackOnFailure: the rollback spends the evidence, so pre runs again.
func TestRollbackOnFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/a")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	request := w.request(engine.VerbUpgrade, d, refused, func(r *engine.Request) { r.RollbackOnFailure = true })
	for range 2 {
		if _, _, err := w.do(t.Context(), request); err == nil {
			t.Fatal("expected Helm's failure")
		}
	}
	if got, want := w.history(), []string{"1 superseded", "2 failed", "3 superseded", "4 failed", "5 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
	if got, want := w.kubelet.order(w.namespace), []string{"a", "a"}; !slices.Equal(got, want) {
		t.Errorf("ran %q, expected %q", got, want)
	}
}
