package engine_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// held starts a setup whose first action is under way.
func (w *world) held() chan error {
	w.t.Helper()
	w.kubelet.decide(w.namespace, "slow", runs)
	events, done := w.inBackground(w.t.Context(), w.request(engine.VerbSetup, w.driverWith("setup/pre/slow", "setup/post/c"), "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	return done
}

// TestDeploymentChangedMeanwhile: others may change the object while a run goes on.
func TestDeploymentChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done := w.held()
	patch := `{"metadata":{"annotations":{"team":"a"}},"spec":{"version":"9.0"}}`
	w.must(w.admin.Patch(t.Context(), w.deployment(), client.RawPatch("application/merge-patch+json", []byte(patch))))
	w.eventually("the pod", func() error { return w.kubelet.endAll(t.Context(), w.namespace, "slow", ending{}) })
	w.must(within(t, patience, "the run", done))
	d := w.deployment()
	if d.Annotations["team"] != "a" || d.Spec.Version != "9.0" {
		t.Errorf("the change was overwritten: %v, %s", d.Annotations, d.Spec.Version)
	}
	if d.Status.Run.Phase != v1.RunSucceeded || d.Status.Active.Version != "1.0" || len(d.Status.Run.Actions) != 2 {
		t.Errorf("unexpected status %+v", d.Status)
	}
}

// TestDeploymentReplacedMeanwhile: a new object of the same name is not the run's.
func TestDeploymentReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done := w.held()
	old := w.deployment()
	w.must(w.admin.Delete(t.Context(), old))
	w.must(w.admin.Create(t.Context(), &v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Namespace: old.Namespace, Name: old.Name}, Spec: old.Spec}))
	err := within(t, patience, "the run", done)
	if err == nil || !strings.Contains(err.Error(), old.Name) {
		t.Errorf("expected an error about the deployment, got %v", err)
	}
	if run := w.deployment().Status.Run; run != nil {
		t.Errorf("the new deployment got the old one's run: %+v", run)
	}
	if history := w.history(); len(history) != 0 {
		t.Errorf("Helm was at work: %q", history)
	}
}

// TestHistoryIsBounded: what the history forgets is deleted.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith()
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	for i := range v1.HistoryLimit + 2 {
		w.mustDo(w.request(engine.VerbUpgrade, d, "1.0", size(i+2)))
	}
	if found := len(w.deployment().Status.History); found != v1.HistoryLimit {
		t.Errorf("the history has %d entries, expected %d", found, v1.HistoryLimit)
	}
	secrets, configMaps := w.stored()
	if want := v1.HistoryLimit + 1; secrets != want || configMaps != want {
		t.Errorf("%d Secrets and %d ConfigMaps of instances, expected %d each", secrets, configMaps, want)
	}
}

// stored counts the objects of instances.
func (w *world) stored() (secrets, configMaps int) {
	w.t.Helper()
	var s corev1.SecretList
	var c corev1.ConfigMapList
	selector := client.MatchingLabels{v1.LabelDeployment: deploymentName}
	w.must(w.admin.List(w.t.Context(), &s, client.InNamespace(w.namespace), selector))
	w.must(w.admin.List(w.t.Context(), &c, client.InNamespace(w.namespace), selector))
	return len(s.Items), len(c.Items)
}
