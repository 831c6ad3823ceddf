package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// inAction is a driver whose core action says when the release is changed.
func (w *world) inAction(actions ...string) *driver.Driver {
	w.t.Helper()
	object := w.driverObject("def work(deployment_id: str) -> None:\n    pass\n", actions...)
	w.must(unstructured.SetNestedField(object, v1.HelmUpgradeInAction, "metadata", "annotations", v1.AnnotationHelmUpgrade))
	d, err := driver.FromObject(object)
	w.must(err)
	return d
}

// asks is an action that runs, asks for the change of the release, and ends as that does.
func (w *world) asks(ctx context.Context, k *kubelet, pod *corev1.Pod) *ending {
	runs(ctx, k, pod)
	parts, err := components.New(w.config, w.namespace, nil)
	if err == nil {
		_, err = parts.Upgrade(ctx, components.Upgrade{Deployment: deploymentName, Run: pod.Labels[v1.LabelRun], Mode: v1.ModeCore, Pod: pod.Name})
	}
	if err != nil {
		return failsWith(err.Error())(ctx, k, pod)
	}
	return succeeds(ctx, k, pod)
}

// TestHelmWhenAnActionAsks: not before the action is under way, and before it ends.
func TestHelmWhenAnActionAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.inAction("upgrade/pre/a", "upgrade/core/move", "upgrade/post/z")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.kubelet.decide(w.namespace, "move", w.asks)
	outcome, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	if outcome.Run.Revision != 2 || w.deployment().Status.Active.Revision != 2 {
		t.Errorf("unexpected run %+v", outcome.Run)
	}
	w.inOrder(events, "ActionSucceeded a#1", "ActionStarted move#1", "HelmStarted", "HelmSucceeded", "ActionSucceeded move#1", "ActionStarted z#1")
}

// TestHelmWhenNoActionAsks: when the core actions have succeeded, and before post.
func TestHelmWhenNoActionAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.inAction("upgrade/core/move", "upgrade/post/z")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	_, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	w.inOrder(events, "ActionSucceeded move#1", "HelmStarted", "HelmSucceeded", "ActionStarted z#1")
	if got, want := w.history(), []string{"1 superseded", "2 deployed"}; !slices.Equal(got, want) {
		t.Errorf("the release is %q, expected %q", got, want)
	}
}

// TestHelmIsAskedOfTheNextEngine: an engine that dies in Helm leaves the action at work
// and its ask where it is. The next engine answers it.
func TestHelmIsAskedOfTheNextEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.inAction("upgrade/core/move")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.kubelet.decide(w.namespace, "move", w.asks)
	w.diesInHelm(w.request(engine.VerbUpgrade, d, "2.0"))
	outcome, events := w.mustDo(w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(events.has("ActionAdopted move#1"))
	if outcome.Run.Revision != 2 || !slices.Equal(w.history(), []string{"1 superseded", "2 deployed"}) {
		t.Errorf("unexpected run %+v, the release is %q", outcome.Run, w.history())
	}
}

// TestHelmFailsForTheAction: the action that waits is told, and the run fails by both.
func TestHelmFailsForTheAction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.inAction("upgrade/core/move", "upgrade/post/z")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.kubelet.decide(w.namespace, "move", w.asks)
	for range 2 { // the same command asks anew, and is told anew
		_, events, err := w.do(t.Context(), w.request(engine.VerbUpgrade, d, refused))
		var failed *engine.FailedError
		if !errors.As(err, &failed) || failed.Helm == nil || len(failed.Actions) != 1 || !strings.Contains(failed.Actions[0].Message, "a valid label must") {
			t.Fatalf("error %v, expected Helm's failure, also from the action", err)
		}
		w.must(events.has("HelmFailed"))
		if run := w.deployment().Status.Run; run.HelmFailure == "" || run.Revision != 0 {
			t.Errorf("unexpected record %+v", run)
		}
	}
	if slices.ContainsFunc(w.kubelet.order(w.namespace), func(name string) bool { return name == "z" }) {
		t.Error("a post action ran")
	}
}

// inOrder checks that the events are there, each after the one before.
func (w *world) inOrder(events *journal, want ...string) {
	w.t.Helper()
	lines := events.lines()
	rest := lines
	for _, event := range want {
		at := slices.IndexFunc(rest, func(line string) bool { return strings.HasPrefix(line, event) })
		if at < 0 {
			w.t.Fatalf("no %q in its place among:\n%s", event, strings.Join(lines, "\n"))
		}
		rest = rest[at+1:]
	}
}
