package webhook_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// TestAbortedRun: what its pre actions did is no evidence any more, and no Job of
// it is let in, while the next run is.
func TestAbortedRun(t *testing.T) {
	w := newWorld(t, "enforce")
	ctx := t.Context()
	first := w.resolve(w.driver, "1.0")
	must(t, w.store(first))
	job := w.job(first, "run1", "pre_setup")
	must(t, w.editor.Create(ctx, job))
	w.succeed(job)
	w.abort("run1", first.Digest)

	install := w.record(1, release.StatusPendingInstall, "Initial install underway", first.Values)
	refused(t, w.editor.Create(ctx, install.DeepCopy()), "run run1 was aborted", "kubectl styrmin setup app")
	late := w.job(first, "run1", "pre_setup")
	late.Annotations[v1.AnnotationAttempt] = "2"
	late.Name = late.Name[:len(late.Name)-1] + "2"
	refused(t, w.editor.Create(ctx, late), "run run1 was aborted, so nothing more of it is started")

	again := w.job(first, "run2", "pre_setup")
	must(t, w.editor.Create(ctx, again))
	w.succeed(again)
	must(t, w.editor.Create(ctx, install))
}

// abort records, as who may edit can, that a run was aborted.
func (w *world) abort(run, instance string) {
	w.t.Helper()
	w.eventually("record the abort", func() error {
		var d v1.StyrminDeployment
		if err := w.editor.Get(w.t.Context(), client.ObjectKeyFromObject(w.deployment), &d); err != nil {
			return err
		}
		d.Status.Run = &v1.Run{ID: run, Instance: instance, Hook: v1.RunHookSetup, Phase: v1.RunAborted, StartedAt: metav1.Now(), Abort: &v1.Abort{By: "bob", At: metav1.Now()}}
		return w.editor.Status().Update(w.t.Context(), &d)
	})
}

// TestKeptOutputIsNoInstance: the ConfigMap with the ends of a run's outputs is
// let in as it is, and cannot become an instance.
func TestKeptOutputIsNoInstance(t *testing.T) {
	w := newWorld(t, "enforce")
	kept := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: w.namespace, Name: "styrmin-log-x7k2m9qd",
			Labels: map[string]string{v1.LabelDeployment: "app", v1.LabelRun: "x7k2m9qd"},
		},
		Data: map[string]string{"0001.pre-setup-x7k2m9qd-1": "done\n"},
	}
	must(t, w.editor.Create(t.Context(), kept))
	kept.Data["0002.pre-setup-x7k2m9qd-2"] = "done again\n"
	must(t, w.editor.Update(t.Context(), kept))
	kept.Labels[v1.LabelInstance] = w.resolve(w.driver, "1.0").Digest
	refused(t, w.editor.Update(t.Context(), kept), "are fixed when it is created")
}
