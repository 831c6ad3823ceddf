package engine_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// TestEndingPodIsWaitedFor: its Job was deleted, and it takes its time. A new run
// neither begins beside it nor is refused.
func TestEndingPodIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	if died := w.doWithFault(w.request(engine.VerbSetup, d, "1.0"), func(c *call) bool { return c.creates("/jobs") }, true); !died {
		t.Fatal("the engine lived")
	}
	job := w.runJob()
	pod := w.podOf(job)
	w.finalize(pod, "test.example/at-work")
	w.must(w.admin.Delete(t.Context(), job, client.PropagationPolicy(metav1.DeletePropagationBackground)))
	w.freeLock()

	w.kubelet.decide(w.namespace, "slow", succeeds)
	events, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0", size(9)))
	w.eventually("the wait", func() error { return events.has("ActionWaiting slow#0") })
	if got := w.kubelet.order(w.namespace); len(got) != 1 {
		t.Errorf("beside the pod that ends, %q were started", got)
	}
	w.finalize(pod)
	w.must(within(t, patience, "the new run", done))
	if run := w.deployment().Status.Run; run.Phase != v1.RunSucceeded || run.ID == job.Labels[v1.LabelRun] {
		t.Errorf("found run %+v, expected a new one that succeeded", run)
	}
}

// finalize sets what keeps a pod from going.
func (w *world) finalize(pod *corev1.Pod, finalizers ...string) {
	w.t.Helper()
	before := pod.DeepCopy()
	pod.Finalizers = finalizers
	w.must(w.admin.Patch(w.t.Context(), pod, client.MergeFrom(before)))
}
