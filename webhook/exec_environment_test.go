package webhook_test

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// TestNobodyEntersThePodOfAPreAction asks for exec; there is no kubelet, so what
// is let through fails later and otherwise.
func TestNobodyEntersThePodOfAPreAction(t *testing.T) {
	w := newWorld(t, "enforce")
	i := w.resolve(w.driver, "1.0")
	must(t, w.store(i))
	job := w.job(i, "run1", "pre_setup")
	must(t, w.editor.Create(t.Context(), job))
	var pod *corev1.Pod
	w.eventually("the Job's pod", func() (err error) { pod, err = w.podOf(job); return err })

	refused(t, w.exec(t.Context(), pod.Name), "so nobody may enter it", "kubectl styrmin logs app")

	other := &corev1.Pod{ObjectMeta: objectMeta(w.namespace, "other-1-abcde"), Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "x"}}}}
	must(t, w.editor.Create(t.Context(), other))
	if err := contains(w.exec(t.Context(), other.Name), "does not have a host assigned"); err != nil {
		t.Error(err)
	}
}

// exec asks the API server for a process in a pod, as the editor.
func (w *world) exec(ctx context.Context, pod string) error {
	config := rest.CopyConfig(w.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: "editor-of-" + w.namespace, Groups: []string{"system:authenticated"}}
	kube, err := kubernetes.NewForConfig(config)
	must(w.t, err)
	return kube.CoreV1().RESTClient().Post().Namespace(w.namespace).Resource("pods").Name(pod).SubResource("exec").
		Param("command", "true").Param("stdout", "true").Do(ctx).Error()
}
