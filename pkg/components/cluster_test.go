package components

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// image has a shell and sleep.
const image = "styrmin.local/base:1"

var (
	worker = Component{Name: "worker", Labels: map[string]string{"component": "worker"}}
	agent  = Component{Name: "agent", Labels: map[string]string{"component": "agent"}}
)

// onCluster gives a namespace of a real cluster.
func onCluster(t *testing.T) (context.Context, *Client) {
	t.Helper()
	return onClusterFor(t, 2*time.Minute)
}

// onClusterFor gives one to a test that takes longer than others.
func onClusterFor(t *testing.T, patience time.Duration) (context.Context, *Client) {
	t.Helper()
	path := os.Getenv("STYRMIN_TEST_KUBECONFIG")
	if path == "" {
		t.Skip("needs a cluster: set STYRMIN_TEST_KUBECONFIG; make test does")
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx, inNewNamespace(ctx, t, config)
}

// deploy makes a Deployment whose pods end at once, unless they are altered.
func (c *Client) deploy(ctx context.Context, t *testing.T, name, image string, replicas int32, of Component, alter ...func(*corev1.PodSpec)) {
	t.Helper()
	pod := corev1.PodSpec{TerminationGracePeriodSeconds: new(int64(0)), Containers: []corev1.Container{{
		Name: "main", Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Command: []string{"sleep", "3600"},
	}}}
	for _, f := range alter {
		f(&pod)
	}
	_, err := c.kube.AppsV1().Deployments(c.namespace).Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{helmRelease: name}},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"name": name}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"name": name, "component": of.Name}},
				Spec:       pod,
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

// state is a Deployment's replica count and record.
func (c *Client) state(ctx context.Context, t *testing.T, name string) string {
	t.Helper()
	d, err := c.kube.AppsV1().Deployments(c.namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %q", *d.Spec.Replicas, d.Annotations[v1.AnnotationReplicas])
}

func TestStopAndStartOnACluster(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 2, worker)
	client.deploy(ctx, t, "other", image, 1, worker)
	client = client.ForRelease("mine")
	if err := client.Ready(ctx, worker); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name string
		do   func(context.Context, ...Component) error
		want string
	}{
		{"stop", client.Stop, `0 "2"`}, {"stop again", client.Stop, `0 "2"`},
		{"start", client.Start, `2 ""`}, {"start again", client.Start, `2 ""`},
	} {
		if err := step.do(ctx, worker); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := client.state(ctx, t, "mine"); got != step.want {
			t.Errorf("%s: replicas and record are %s, expected %s", step.name, got, step.want)
		}
	}
	if got := client.state(ctx, t, "other"); got != `1 ""` {
		t.Errorf("another release's deployment has replicas and record %s, expected them untouched", got)
	}
	var missing *MissingError
	if err := client.Stop(ctx, agent); !errors.As(err, &missing) {
		t.Errorf("stop of a component without workloads: %v", err)
	}
}

// TestStopKilledMidway: a stop whose wait was cut short has the record, and the next call finishes.
func TestStopKilledMidway(t *testing.T) {
	ctx, client := onCluster(t)
	// The pods outlast the deadline: as a container's first process, sleep is deaf to SIGTERM.
	client.deploy(ctx, t, "mine", image, 2, worker, func(pod *corev1.PodSpec) { pod.TerminationGracePeriodSeconds = new(int64(8)) })
	if err := client.Ready(ctx, worker); err != nil {
		t.Fatal(err)
	}
	client.poll = time.Hour
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var timeout *TimeoutError
	if err := client.Stop(short, worker); !errors.As(err, &timeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, expected a time-out", err)
	}
	client.poll = pollInterval
	if got := client.state(ctx, t, "mine"); got != `0 "2"` {
		t.Errorf("replicas and record are %s, expected the record to be kept", got)
	}
	for _, do := range []func(context.Context, ...Component) error{client.Stop, client.Start} {
		if err := do(ctx, worker); err != nil {
			t.Fatal(err)
		}
	}
	if got := client.state(ctx, t, "mine"); got != `2 ""` {
		t.Errorf("replicas and record are %s, expected them restored", got)
	}
}

func TestStartSaysWhyNot(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "broken", "styrmin.local/absent:1", 1, worker)
	short, cancel := context.WithTimeout(ctx, 6*time.Second)
	defer cancel()
	err := client.Start(short, worker)
	for _, want := range []string{"component worker: deployment/broken: 0 of 1 pods available", "Pending; container main waits: ", "event Failed: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nexpected it to say %q", err, want)
		}
	}
	_, err = client.Exec(ctx, worker, ExecOptions{Commands: [][]string{{"true"}}, PodWait: time.Second})
	if err == nil || !strings.Contains(err.Error(), "no ready pod") || !strings.Contains(err.Error(), "Pending") {
		t.Errorf("error %v, expected one about no ready pod", err)
	}
}

func TestExecOnACluster(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 1, worker)
	var streamed bytes.Buffer
	results, err := client.Exec(ctx, worker, ExecOptions{
		Commands: [][]string{{"echo", "$HOME; *"}, {"sh", "-c", "seq 1 10000; echo to stderr >&2"}},
		Stdout:   &streamed,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := results[0].Stdout; got != "$HOME; *\n" {
		t.Errorf("output %q: a shell came between", got)
	}
	if got := results[1]; !got.Truncated || !strings.HasSuffix(got.Stdout, "10000\n") || got.Stderr != "to stderr\n" {
		t.Errorf("result %+v", got)
	}
	if streamed.Len() < 3*TailBytes-300 {
		t.Errorf("%d bytes were streamed, expected all", streamed.Len())
	}
	for _, test := range []struct {
		name           string
		expect, reject string
		command        []string
		want           string
		code           int
	}{
		{"exit code", "", "", []string{"sh", "-c", "echo reason; exit 7"}, "exit code 7; its output ends:\nreason", 7},
		{"rejected", "", "FAILED", []string{"echo", "migration FAILED"}, "matches the rejected", 0},
		{"not expected", "^done$", "", []string{"echo", "begun"}, `no line of its output matches the expected "^done$"`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := ExecOptions{Commands: [][]string{test.command, {"touch", "/tmp/never"}}}
			if test.expect != "" {
				opts.Expect = regexp.MustCompile(test.expect)
			}
			if test.reject != "" {
				opts.Reject = regexp.MustCompile(test.reject)
			}
			results, err := client.Exec(ctx, worker, opts)
			var failed *CommandError
			if !errors.As(err, &failed) || !strings.Contains(err.Error(), test.want) || failed.ExitCode != test.code {
				t.Errorf("error %v, expected %q", err, test.want)
			}
			if len(results) != 1 {
				t.Errorf("%d commands ran, expected the failed one to be the last", len(results))
			}
		})
	}
	var missing *MissingError
	_, err = client.Exec(ctx, worker, ExecOptions{Pod: "other", Commands: [][]string{{"true"}}})
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "it has no pod other") || !strings.Contains(err.Error(), "it has mine-") {
		t.Errorf("error %v, expected one that names the pods", err)
	}
	if _, err := client.Exec(ctx, worker, ExecOptions{Container: "side", Commands: [][]string{{"true"}}}); err == nil || !strings.Contains(err.Error(), "it has main") {
		t.Errorf("error %v, expected one that names the containers", err)
	}
}

func TestExecWithInput(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 2, worker)
	must(t, client.Ready(ctx, worker))
	results, err := client.Exec(ctx, worker, ExecOptions{
		AllPods: true, Environment: map[string]string{"GREETING": "$HOME; *", "EMPTY": ""}, Stdin: "a\nb\n",
		Commands: [][]string{{"sh", "-c", `echo "$GREETING${EMPTY-unset}"; cat`}, {"hostname"}},
	})
	must(t, err)
	if len(results) != 4 || results[1].Stdout == results[3].Stdout {
		t.Fatalf("%d results, %+v; expected two in each of two pods", len(results), results)
	}
	if got := results[2].Stdout; got != "$HOME; *\na\nb\n" {
		t.Errorf("output %q, expected the variable and the input", got)
	}
	pod := results[0].Pod
	results, err = client.Exec(ctx, worker, ExecOptions{Pod: pod, Commands: [][]string{{"hostname"}}})
	if err != nil || len(results) != 1 || results[0].Pod != pod {
		t.Errorf("%+v, %v: expected it to run in %s", results, err, pod)
	}
}

// TestExecLeavesInput: a command that ends before it has read its input is not waited for, and what it said is told.
func TestExecLeavesInput(t *testing.T) {
	t.Parallel()
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 1, worker)
	must(t, client.Ready(ctx, worker))
	_, err := client.Exec(ctx, worker, ExecOptions{
		Stdin: strings.Repeat("INSERT", 10<<20), Commands: [][]string{{"sh", "-c", "head -c 100 >/dev/null; echo 'ERROR 4025' >&2; exit 3"}},
	})
	if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "ERROR 4025") {
		t.Errorf("error %v (%v), expected what the command said, and before the deadline", err, ctx.Err())
	}
}

// TestExecFails: what is wrong is said, and no value of the environment with it.
func TestExecFails(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 1, worker)
	must(t, client.Ready(ctx, worker))
	for _, test := range []struct {
		name    string
		command []string
		alter   func(*ExecOptions)
		want    string
		failed  bool // the command failed, and not the attempt to run it
	}{
		{"no such program", []string{"nosuch"}, nil, "the container has no program nosuch; it wrote nothing", true},
		{"no such program by its path", []string{"/bin/nosuch"}, nil, "the container has no program /bin/nosuch; it wrote nothing", true},
		{"no such program, with an environment", []string{"nosuch"}, withSecret, "exit code 127", true},
		{"a '=' in the program", []string{"a=b"}, withSecret, "it cannot be given an environment", false},
		{"a wrong variable", []string{"true"}, func(o *ExecOptions) { o.Environment = map[string]string{"A B": "hunter2"} }, `the variable "A B"`, false},
		{"two choices", []string{"true"}, func(o *ExecOptions) { o.Pod, o.AllPods = "x", true }, "expected one of both", false},
		{"killed", []string{"sh", "-c", "kill -9 $$"}, withSecret, "exit code 137", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			opts := ExecOptions{Commands: [][]string{test.command}}
			if test.alter != nil {
				test.alter(&opts)
			}
			_, err := client.Exec(ctx, worker, opts)
			var failed *CommandError
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.As(err, &failed) != test.failed {
				t.Errorf("error %v, expected %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v: it has a value of the environment", err)
			}
		})
	}
}

func withSecret(o *ExecOptions) { o.Environment = map[string]string{"PASSWORD": "hunter2"} }

// TestExecIsCut: the deadline, the end of the pod, and an API server that goes away are no success.
func TestExecIsCut(t *testing.T) {
	ctx, client := onCluster(t)
	client.deploy(ctx, t, "mine", image, 1, worker)
	must(t, client.Ready(ctx, worker))
	endless := []string{"sh", "-c", "echo begun; sleep 3600"}
	t.Run("at the deadline", func(t *testing.T) {
		short, cancel := context.WithCancelCause(ctx)
		_, err := client.Exec(short, worker, ExecOptions{Commands: [][]string{endless}, Stdout: onWrite(func() { cancel(context.DeadlineExceeded) })})
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "may still be running there; its output ends:\nbegun") {
			t.Errorf("error %v, expected one about the deadline", err)
		}
	})
	t.Run("with its pod", func(t *testing.T) {
		_, err := client.Exec(ctx, worker, ExecOptions{Commands: [][]string{endless}, Stdout: onWrite(func() {
			_ = client.kube.CoreV1().Pods(client.namespace).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
		})})
		if err == nil {
			t.Error("no error, although the pod was deleted under the command")
		}
		t.Log(err)
	})
}

// onWrite does something when the first output comes.
func onWrite(do func()) io.Writer { return &firstWrite{do: do} }

type firstWrite struct {
	once sync.Once
	do   func()
}

func (f *firstWrite) Write(p []byte) (int, error) {
	f.once.Do(f.do)
	return len(p), nil
}

// shell lets a pod run a script.
func shell(script string) func(*corev1.PodSpec) {
	return func(pod *corev1.PodSpec) { pod.Containers[0].Command = []string{"sh", "-c", script} }
}
