package components

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

func TestImageOfAJob(t *testing.T) {
	for _, test := range []struct{ current, image, want string }{
		{"shop:1", "", "shop:1"},
		{"shop:1", "other:3", "other:3"},
		{"shop:1", ":2", "shop:2"},
		{"shop", ":2", "shop:2"},
		{"registry.test:5000/shop", ":2", "registry.test:5000/shop:2"},
		{"registry.test:5000/shop:1@sha256:ab", ":2", "registry.test:5000/shop:2"},
		{"registry.test:5000/shop:1", "@sha256:cd", "registry.test:5000/shop@sha256:cd"},
	} {
		if got := withImage(test.current, test.image); got != test.want {
			t.Errorf("withImage(%q, %q) = %q, expected %q", test.current, test.image, got, test.want)
		}
	}
}

// TestOneOff: the pod has what the command needs, and nothing by which it would be taken for a part of the application.
func TestOneOff(t *testing.T) {
	w := workload{component: "worker", kind: statefulSet, claims: []string{"data"}, meta: metav1.ObjectMeta{Name: "w", UID: "1"}, template: corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"component": "worker"}},
		Spec: corev1.PodSpec{
			NodeSelector: map[string]string{v1.NodeSelectorStopped: "true", "disk": "ssd"}, ServiceAccountName: "app",
			InitContainers: []corev1.Container{{Name: "prepare"}},
			Containers: []corev1.Container{{Name: "main", Image: "shop:1", Args: []string{"serve"}, Env: []corev1.EnvVar{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}},
				Ports: []corev1.ContainerPort{{ContainerPort: 80}}, LivenessProbe: &corev1.Probe{}}, {Name: "side"}},
		},
	}}
	pod, err := oneOff(t.Context(), w, JobOptions{Name: "main", Command: []string{"migrate"}, Image: ":2", Environment: map[string]string{"B": "3"}})
	must(t, err)
	c := pod.Spec.Containers[0]
	if len(pod.Spec.Containers) != 1 || c.Image != "shop:2" || c.Args != nil || c.Ports != nil || c.LivenessProbe != nil || len(pod.Spec.InitContainers) != 1 {
		t.Errorf("containers %+v", pod.Spec.Containers)
	}
	if len(c.Env) != 2 || c.Env[0].Value != "1" || c.Env[1].Value != "3" {
		t.Errorf("environment %+v", c.Env)
	}
	if len(pod.Labels) != 1 || pod.Spec.NodeSelector["disk"] != "ssd" || len(pod.Spec.NodeSelector) != 1 || pod.Spec.Volumes[0].EmptyDir == nil {
		t.Errorf("labels %v, nodes %v, volumes %+v", pod.Labels, pod.Spec.NodeSelector, pod.Spec.Volumes)
	}
	if _, ok := w.template.Spec.NodeSelector[v1.NodeSelectorStopped]; !ok {
		t.Error("the workload's own template was changed")
	}
	for name, alter := range map[string]func(*JobOptions){
		"another run":     func(o *JobOptions) { o.For = "run-2" },
		"another command": func(o *JobOptions) { o.Command = []string{"other"} },
	} {
		opts := JobOptions{Name: "main", Command: []string{"migrate"}, Image: ":2", Environment: map[string]string{"B": "3"}}
		alter(&opts)
		other, err := oneOff(t.Context(), w, opts)
		must(t, err)
		if other.Name != pod.Name || other.Annotations[v1.AnnotationOneOff] == pod.Annotations[v1.AnnotationOneOff] {
			t.Errorf("%s: expected it to be in the same place, and not to be taken for the first", name)
		}
	}
}

func TestJobOnACluster(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 1, worker)
	must(t, client.Ready(ctx, worker))
	var streamed bytes.Buffer
	opts := JobOptions{Name: "main", Command: []string{"sh", "-c", "echo $GREETING; echo aside >&2"}, Environment: map[string]string{"GREETING": "hello"}, Output: &streamed}
	for range 2 {
		streamed.Reset()
		result, err := client.Job(ctx, worker, opts)
		if err != nil || !strings.Contains(result.Stdout, "hello\n") || !strings.Contains(streamed.String(), "aside\n") {
			t.Fatalf("result %+v, %v; streamed %q", result, err, streamed.String())
		}
	}
	var failed *CommandError
	if _, err := client.Job(ctx, worker, JobOptions{Command: []string{"sh", "-c", "echo reason; exit 7"}}); !errors.As(err, &failed) || failed.ExitCode != 7 ||
		!strings.Contains(err.Error(), "exit code 7 (Error); its output ends:\nreason") {
		t.Errorf("error %v, expected exit code 7", err)
	}
	rejecting := JobOptions{Command: []string{"echo", "FAILED"}, Judgement: Judgement{Reject: regexp.MustCompile("FAILED")}}
	if _, err := client.Job(ctx, worker, rejecting); !errors.As(err, &failed) || !strings.Contains(err.Error(), "matches the rejected") {
		t.Errorf("error %v, expected the output to be rejected", err)
	}
	if _, err := client.Job(ctx, worker, JobOptions{Command: []string{"true"}, Image: "styrmin.local/absent:1"}); err == nil || !strings.Contains(err.Error(), "it cannot start") {
		t.Errorf("error %v, expected one about the image", err)
	}
	client.expectNoJobs(ctx, t)
	must(t, client.Stop(ctx, worker)) // a job needs nothing that runs
	if _, err := client.Job(ctx, worker, opts); err != nil {
		t.Errorf("with the component stopped: %v", err)
	}
}

// expectNoJobs: no pod is left, or it is about to go.
func (c *Client) expectNoJobs(ctx context.Context, t *testing.T) {
	t.Helper()
	pods, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{LabelSelector: v1.LabelOneOff})
	must(t, err)
	for _, pod := range pods.Items {
		if pod.DeletionTimestamp == nil {
			t.Errorf("pod %s is left", pod.Name)
		}
	}
}

// TestJobAgain: what a killed caller left is followed when it is the same, and replaced when it is not.
func TestJobAgain(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 1, worker)
	must(t, client.Ready(ctx, worker))
	leave := func(opts JobOptions) *corev1.Pod {
		t.Helper()
		workloads, err := client.workloads(ctx, worker)
		must(t, err)
		wanted, err := oneOff(ctx, workloads[0], opts)
		must(t, err)
		wanted.Spec.ActiveDeadlineSeconds = nil
		pod, _, err := client.ensure(ctx, wanted)
		must(t, err)
		return pod
	}
	opts := JobOptions{Name: "main", For: "run-1", Command: []string{"hostname"}}
	left := leave(opts)
	result, err := client.Job(ctx, worker, opts)
	if err != nil || result.Pod != left.Name || result.Stdout != left.Name+"\n" {
		t.Errorf("result %+v, %v; expected it to be that of %s", result, err, left.Name)
	}
	slow := JobOptions{Name: "main", For: "run-1", Command: []string{"sleep", "3600"}}
	slowPod := leave(slow)
	opts.For = "run-2"
	if _, err := client.Job(ctx, worker, opts); err != nil {
		t.Errorf("error %v, expected the other job to be replaced", err)
	}
	if now, err := client.kube.CoreV1().Pods(client.namespace).Get(ctx, slowPod.Name, metav1.GetOptions{}); !apierrors.IsNotFound(err) && now.UID == slowPod.UID {
		t.Errorf("%v: expected the other job to be gone", err)
	}
	short, cut := client.until(ctx, "running ")
	if _, err := cut.Job(short, worker, slow); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "was stopped") {
		t.Errorf("error %v, expected one about the deadline", err)
	}
	client.expectNoJobs(ctx, t)
}

// TestJobOfAnother: a job that another call has made, and takes away before its end is seen here, runs again.
func TestJobOfAnother(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 1, worker)
	must(t, client.Ready(ctx, worker))
	opts := JobOptions{Command: []string{"sh", "-c", "sleep 3; echo done"}}
	workloads, err := client.workloads(ctx, worker)
	must(t, err)
	wanted, err := oneOff(ctx, workloads[0], opts)
	must(t, err)
	_, _, err = client.ensure(ctx, wanted)
	must(t, err)
	said := ""
	watching := *client
	watching.report = func(format string, args ...any) {
		said += fmt.Sprintf(format+"\n", args...)
		if strings.Contains(format, "following it") {
			must(t, client.kube.CoreV1().Pods(client.namespace).Delete(ctx, wanted.Name, metav1.DeleteOptions{GracePeriodSeconds: new(int64(0))}))
		}
	}
	result, err := watching.Job(ctx, worker, opts)
	if err != nil || result.Stdout != "done\n" || !strings.Contains(said, "running it again") {
		t.Errorf("result %+v, %v; it said:\n%s", result, err, said)
	}
	client.expectNoJobs(ctx, t)
}
