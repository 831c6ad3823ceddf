package engine_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// runJob waits for the newest run's only Job.
func (w *world) runJob() *batchv1.Job {
	w.t.Helper()
	var job batchv1.Job
	w.eventually("the Job", func() error {
		var list batchv1.JobList
		err := w.admin.List(w.t.Context(), &list, client.InNamespace(w.namespace), client.HasLabels{v1.LabelRun})
		if err == nil && len(list.Items) == 0 {
			return errors.New("there is none")
		}
		if err == nil {
			job = list.Items[0]
		}
		return err
	})
	return &job
}

func TestDeletedJobIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	events, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	w.must(w.admin.Delete(t.Context(), w.runJob(), client.PropagationPolicy(metav1.DeletePropagationBackground)))
	err := within(t, patience, "the run", done)
	var failed *engine.FailedError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "was deleted before it ended") {
		t.Fatalf("expected the run to fail for a lost Job, got %v", err)
	}
	w.must(events.has("ActionLost slow#1"))

	w.kubelet.decide(w.namespace, "slow", succeeds)
	_, events = w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.must(events.has("ActionStarted slow#2"))
}

// TestJobDeletedAtOnce deletes the Job before its creator hears of its creation.
func TestJobDeletedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", never)
	config := rest.CopyConfig(w.config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			response, err := next.RoundTrip(r)
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/jobs") {
				w.must(w.admin.Delete(t.Context(), w.runJob(), client.PropagationPolicy(metav1.DeletePropagationBackground)))
				time.Sleep(500 * time.Millisecond) // the watch tells of both before anything is recorded
			}
			return response, err
		})
	})
	e, events := w.engine(config)
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.must(err)
	done := make(chan error, 1)
	go func() { _, err := e.Do(t.Context(), p); done <- err }()
	err = within(t, patience, "the run", done)
	if err == nil || !strings.Contains(err.Error(), "was deleted before it ended") {
		t.Errorf("expected a lost Job, got %v; events %q", err, events.lines())
	}
}

// TestNextAttemptWaitsForThePod: the Job is gone, its pod is not.
func TestNextAttemptWaitsForThePod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	ctx, interrupt := context.WithCancel(t.Context())
	events, done := w.inBackground(ctx, w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the pod", func() error {
		if len(w.kubelet.order(w.namespace)) == 0 {
			return errors.New("there is none")
		}
		return nil
	})
	interrupt()
	within(t, patience, "the interruption", done)
	job := w.runJob()
	w.must(w.admin.Delete(t.Context(), job, client.PropagationPolicy(metav1.DeletePropagationOrphan)))
	w.eventually("the Job's end", func() error {
		if err := w.admin.Get(t.Context(), client.ObjectKeyFromObject(job), job); err == nil {
			return errors.New("it is still there")
		}
		return nil
	})

	w.kubelet.decide(w.namespace, "slow", succeeds)
	events, done = w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the wait", func() error { return events.has("ActionWaiting slow#2") })
	if order := w.kubelet.order(w.namespace); len(order) != 1 {
		t.Errorf("a second attempt runs beside the first: %q", order)
	}
	w.must(w.kubelet.endAll(t.Context(), w.namespace, "slow", ending{exit: 1}))
	w.must(within(t, patience, "the run", done))
	w.must(events.has("ActionSucceeded slow#2"))
}

// TestPodThatCannotStart: the reason is told, and the Job's deadline ends it.
func TestPodThatCannotStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", func(ctx context.Context, k *kubelet, pod *corev1.Pod) *ending {
		k.patch(ctx, pod, corev1.PodStatus{Phase: corev1.PodPending, InitContainerStatuses: []corev1.ContainerStatus{{
			Name: "runner", Image: "i", ImageID: "",
			State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "no such image"}},
		}}})
		return nil
	})
	request := w.request(engine.VerbSetup, d, "1.0", func(r *engine.Request) { r.Desired.Spec.Jobs.TimeoutSeconds = 3 })
	events, done := w.inBackground(t.Context(), request)
	w.eventually("the reason", func() error { return events.has("ActionWaiting a#1") })
	err := within(t, patience, "the deadline", done)
	var failed *engine.FailedError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "DeadlineExceeded") {
		t.Errorf("expected the Job's deadline as the reason, got %v", err)
	}
}

// TestJobControllerThatDoesNotAct: the engine's own clock ends the wait (E5).
func TestJobControllerThatDoesNotAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", never)
	e, events := w.engine(w.config)
	var late clock
	e.Now = late.now
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.must(err)
	done := make(chan error, 1)
	go func() { _, err := e.Do(t.Context(), p); done <- err }()
	w.eventually("the start", func() error { return events.has("ActionStarted a#1") })
	pod := w.podOf(w.runJob())
	late.add(jobs.DefaultTimeoutSeconds*time.Second + 3*time.Minute)
	// Anything that wakes the engine does; else its timer would.
	w.kubelet.patch(t.Context(), pod, corev1.PodStatus{Phase: corev1.PodPending, Message: "poke"})
	err = within(t, patience, "the run", done)
	if err == nil || !strings.Contains(err.Error(), "is kube-controller-manager running?") {
		t.Errorf("expected the run to end, got %v", err)
	}
}

// TestClockThatIsAhead: a client's clock ends no Job that has just begun.
func TestClockThatIsAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e, _ := w.engine(w.config)
	var late clock
	late.add(24 * time.Hour)
	e.Now = late.now
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, w.driverWith("setup/pre/a"), "1.0"))
	w.must(err)
	_, err = e.Do(t.Context(), p)
	w.must(err)
}

// TestForeignJob: a Job that only has an attempt's name is an error, not a wait.
func TestForeignJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", failsWith("no"))
	_, _, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	if err == nil {
		t.Fatal("expected a failure")
	}
	run := w.deployment().Status.Run.ID
	w.must(w.admin.Create(t.Context(), &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: jobs.Name(run, "a", 2)},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "c", Image: "i"}},
		}}},
	}))
	_, _, err = w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	if err == nil || !strings.Contains(err.Error(), "is no attempt of action a") {
		t.Errorf("expected the foreign Job to be named, got %v", err)
	}
}

// TestUnloadableFlowIsNotRetried although the Job allows retries (A2).
func TestUnloadableFlowIsNotRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.kubelet.decide(w.namespace, "a", func(context.Context, *kubelet, *corev1.Pod) *ending {
		return &ending{exit: jobs.ExitUnloadable, message: result(jobs.Result{Outcome: "unloadable", Error: "no module named x"})}
	})
	request := w.request(engine.VerbSetup, w.driverWith("setup/pre/a"), "1.0", func(r *engine.Request) { r.Desired.Spec.Jobs.Retries = 3 })
	_, _, err := w.do(t.Context(), request)
	if err == nil || !strings.Contains(err.Error(), "no module named x") {
		t.Errorf("expected the flow's error, got %v", err)
	}
	if order := w.kubelet.order(w.namespace); len(order) != 1 {
		t.Errorf("expected one pod, found %q", order)
	}
}

func (w *world) podOf(job *batchv1.Job) *corev1.Pod {
	w.t.Helper()
	var pods corev1.PodList
	w.eventually("the pod", func() error {
		err := w.admin.List(w.t.Context(), &pods, client.InNamespace(w.namespace), client.MatchingLabels{batchv1.JobNameLabel: job.Name})
		if err == nil && len(pods.Items) == 0 {
			return errors.New("there is none")
		}
		return err
	})
	return &pods.Items[0]
}

// TestFlowRunURL: the status says where Prefect shows an action's flow run, however it ended.
func TestFlowRunURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const page = "http://localhost:4200/runs/flow-run/1"
	for name, tt := range map[string]ending{
		"good": {exit: 0, message: result(jobs.Result{Outcome: "succeeded", FlowRunURL: page})},
		"bad":  {exit: 1, message: result(jobs.Result{Outcome: "failed", Error: "no", FlowRunURL: page})},
	} {
		w.kubelet.decide(w.namespace, name, func(context.Context, *kubelet, *corev1.Pod) *ending { return &tt })
	}
	_, _, _ = w.do(t.Context(), w.request(engine.VerbSetup, w.driverWith("setup/pre/good", "setup/pre/bad"), "1.0"))
	actions := w.deployment().Status.Run.Actions
	if len(actions) != 2 {
		t.Fatalf("found %d actions, expected 2", len(actions))
	}
	for _, action := range actions {
		if action.FlowRunURL != page {
			t.Errorf("action %s, %s: found the page %q, expected %q", action.Name, action.State, action.FlowRunURL, page)
		}
	}
}
