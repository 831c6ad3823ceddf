package engine_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/output"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// printing is a config whose pods all print the same: there is no kubelet to ask.
func (w *world) printing(output string) *rest.Config {
	config := rest.CopyConfig(w.config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/log") {
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(output)), Header: http.Header{}, Request: r}, nil
			}
			return next.RoundTrip(r)
		})
	})
	return config
}

// prints is the fate of a pod whose container runs until someone ends it.
func prints(ctx context.Context, k *kubelet, pod *corev1.Pod) *ending {
	k.patch(ctx, pod, corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{
		Name: jobs.ActionContainer, Image: "i", ImageID: "i",
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}},
	}}})
	return nil
}

// kept is what is kept of a run's outputs, as "ACTION: TEXT".
func (w *world) kept(run string) []string {
	w.t.Helper()
	logs, err := output.Load(w.t.Context(), w.kube, w.namespace, run)
	w.must(err)
	var out []string
	for _, log := range logs {
		action, _, _ := strings.Cut(log.Job, "-"+run)
		out = append(out, action+": "+log.Text)
	}
	return out
}

// TestOutputIsKept: of every attempt, also when its Job and its pod are gone.
func TestOutputIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "setup/post/b")
	w.kubelet.decide(w.namespace, "b", failsWith("no"))
	e, _ := w.engine(w.printing("one\ntwo\n"))
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.must(err)
	if _, err := e.Do(t.Context(), p); err == nil {
		t.Fatal("expected a failure")
	}
	run := w.deployment().Status.Run.ID
	if got, want := w.kept(run), []string{"a: one\ntwo\n", "b: one\ntwo\n"}; !slices.Equal(got, want) {
		t.Errorf("kept %q, expected %q", got, want)
	}
	w.kubelet.decide(w.namespace, "b", succeeds)
	p, err = e.Prepare(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.must(err)
	_, err = e.Do(t.Context(), p)
	w.must(err)
	if got, want := w.kept(run), []string{"a: one\ntwo\n", "b: one\ntwo\n", "b: one\ntwo\n"}; !slices.Equal(got, want) {
		t.Errorf("kept %q, expected %q", got, want)
	}
	var stored corev1.ConfigMap
	w.must(w.admin.Get(t.Context(), client.ObjectKey{Namespace: w.namespace, Name: "styrmin-log-" + run}, &stored))
	if !metav1.IsControlledBy(&stored, w.deployment()) || stored.Labels[v1.LabelInstance] != "" {
		t.Errorf("owners %v, labels %v", stored.OwnerReferences, stored.Labels)
	}

	for i := range v1.HistoryLimit + 1 {
		w.mustDo(w.request(engine.VerbUpgrade, d, "1.0", size(i+2)))
	}
	if err := w.admin.Get(t.Context(), client.ObjectKeyFromObject(&stored), &stored); !apierrors.IsNotFound(err) {
		t.Errorf("what the history has forgotten is still kept: %v", err)
	}
}

// TestOutputOfAStoppedActionIsKept: abort deletes its pod.
func TestOutputOfAStoppedActionIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", prints)
	died := w.doWithFault(w.request(engine.VerbSetup, d, "1.0"), func(c *call) bool { return c.creates("/jobs") }, true)
	if !died {
		t.Fatal("the engine lived")
	}
	job := w.runJob()
	w.eventually("the container", func() error {
		if pod := w.podOf(job); len(pod.Status.ContainerStatuses) == 0 {
			return fmt.Errorf("it has not started")
		}
		return nil
	})
	w.freeLock()
	e, _ := w.engine(w.printing("still at it\n"))
	_, err := e.Abort(t.Context(), w.abortRequest(""))
	w.must(err)
	if got, want := w.kept(w.deployment().Status.Run.ID), []string{"slow: still at it\n"}; !slices.Equal(got, want) {
		t.Errorf("kept %q, expected %q", got, want)
	}
}

// reasons lists "REASON" or "REASON: what of the message follows the run" of the Events, oldest first.
func (w *world) reasons() (reasons []string, messages map[string]string) {
	w.t.Helper()
	var list corev1.EventList
	w.must(w.admin.List(w.t.Context(), &list, client.InNamespace(w.namespace)))
	messages = map[string]string{}
	for _, event := range list.Items {
		if event.InvolvedObject.Kind == "StyrminDeployment" {
			reasons = append(reasons, event.Reason)
			messages[event.Reason] = event.Message
		}
	}
	slices.Sort(reasons)
	return reasons, messages
}

// TestEveryTransitionLeavesAnEvent, and the failure's has the last lines printed.
func TestEveryTransitionLeavesAnEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "setup/post/bad", "setup/post/slow")
	w.kubelet.decide(w.namespace, "bad", failsWith("exit code 1"))
	e, events := w.engine(w.printing("one\nthe disk is full\n"))
	request := w.request(engine.VerbSetup, d, "1.0")
	p, err := e.Prepare(t.Context(), request)
	w.must(err)
	if _, err := e.Do(t.Context(), p); err == nil {
		t.Fatal("expected a failure")
	}
	reasons, messages := w.reasons()
	want := []string{"ActionFailed", "ActionStarted", "ActionStarted", "ActionStarted", "ActionSucceeded", "ActionSucceeded", "HelmSucceeded", "RunFailed", "RunStarted"}
	if !slices.Equal(reasons, want) {
		t.Errorf("found Events %q, expected %q; reported %q", reasons, want, events.lines())
	}
	run := w.deployment().Status.Run.ID
	failure := messages["ActionFailed"]
	if !strings.HasPrefix(failure, "run "+run+" (setup to 1.0): action bad failed after ") || !strings.HasSuffix(failure, ": exit code 1\nIts last output:\none\nthe disk is full") {
		t.Errorf("the failure's Event says %q", failure)
	}
	_, _, err = w.abort("bob", "given up")
	w.must(err)
	if _, messages := w.reasons(); !strings.Contains(messages["RunAborted"], "aborted by bob at ") {
		t.Errorf("the abort's Event says %q", messages["RunAborted"])
	}
}
