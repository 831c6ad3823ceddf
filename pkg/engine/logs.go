package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// drainTimeout bounds how long an action's end is kept back so that its last
// log lines are shown before it.
const drainTimeout = 5 * time.Second

// logFollower follows the output of the run's pods, each once.
type logFollower struct {
	mu      sync.Mutex
	streams map[string]*stream
	waiting map[string]string
	wg      sync.WaitGroup
}

// stream is one pod's output.
type stream struct {
	// job is the attempt's.
	job  string
	kept tail
	done chan struct{}
}

// follow starts to follow the pods of an action's attempt, and reports a pod
// that cannot start.
func (r *run) follow(action v1.ActionStatus) {
	for _, pod := range r.watcher.podsOf(action.Job) {
		if started(pod) {
			r.logs.add(pod, func(s *stream) { r.stream(r.watcher.background, pod, action, s) })
			continue
		}
		if why := stuck(pod); why != "" && r.logs.waits(pod.Name, why) {
			r.report(Event{Kind: ActionWaiting, Mode: action.Mode, Action: action.Name, Attempt: action.Attempt, Message: why})
		}
	}
}

// stream reports a pod's output line by line until it ends, and keeps its end.
func (r *run) stream(ctx context.Context, pod *corev1.Pod, action v1.ActionStatus, s *stream) {
	follow(ctx, r.engine.Kube, pod, &corev1.PodLogOptions{}, func(line string) {
		s.kept.add(line)
		r.report(Event{Kind: ActionLog, Mode: action.Mode, Action: action.Name, Attempt: action.Attempt, Message: line})
	})
}

// follow reads the output of an action's pod until it ends. One that breaks off
// is no error of the run: the Job's state decides, and the log stays in the pod.
func follow(ctx context.Context, kube kubernetes.Interface, pod *corev1.Pod, options *corev1.PodLogOptions, take func(line string)) {
	options.Container, options.Follow = jobs.ActionContainer, true
	output, err := kube.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return
	}
	defer func() { _ = output.Close() }()
	eachLine(output, take)
}

// add starts a stream unless the pod has one.
func (f *logFollower) add(pod *corev1.Pod, read func(*stream)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.streams == nil {
		f.streams = map[string]*stream{}
	}
	if _, known := f.streams[pod.Name]; known {
		return
	}
	s := &stream{job: pod.Labels[batchv1.JobNameLabel], done: make(chan struct{})}
	f.streams[pod.Name] = s
	f.wg.Go(func() { defer close(s.done); read(s) })
}

// waits is true the first time that a pod waits for this reason.
func (f *logFollower) waits(pod, why string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting == nil {
		f.waiting = map[string]string{}
	}
	if f.waiting[pod] == why {
		return false
	}
	f.waiting[pod] = why
	return true
}

// drain waits until an attempt's output was shown, at most drainTimeout.
func (f *logFollower) drain(ctx context.Context, job string) {
	timeout := time.NewTimer(drainTimeout)
	defer timeout.Stop()
	for _, s := range f.of(job) {
		select {
		case <-s.done:
		case <-timeout.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// of lists the streams of an attempt's pods.
func (f *logFollower) of(job string) []*stream {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*stream
	for _, s := range f.streams {
		if s.job == job {
			out = append(out, s)
		}
	}
	return out
}

// ends are the ends of what an attempt's pods printed so far, empty ones left out.
func (f *logFollower) ends(job string) []KeptLog {
	var ends []KeptLog
	for _, s := range f.of(job) {
		if text := s.kept.text(); text != "" {
			ends = append(ends, KeptLog{Job: job, Text: text})
		}
	}
	return ends
}

// lastWords are the last lines that an attempt printed, in at most limit bytes.
func (f *logFollower) lastWords(job string, limit int) string {
	for _, s := range f.of(job) {
		if text := s.kept.last(limit); text != "" {
			return text
		}
	}
	return ""
}

// started is true once the action's container has run.
func started(pod *corev1.Pod) bool {
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name == jobs.ActionContainer {
			return status.State.Running != nil || status.State.Terminated != nil
		}
	}
	return false
}

// stuck says why a pod cannot start: no node takes it, or a container waits for
// something other than its turn.
func stuck(pod *corev1.Pod) string {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return fmt.Sprintf("pod %s is not scheduled: %s", pod.Name, condition.Message)
		}
	}
	statuses := append(append([]corev1.ContainerStatus{}, pod.Status.InitContainerStatuses...), pod.Status.ContainerStatuses...)
	for _, status := range statuses {
		waiting := status.State.Waiting
		if waiting == nil || waiting.Reason == "PodInitializing" || waiting.Reason == "ContainerCreating" || waiting.Reason == "" {
			continue
		}
		return fmt.Sprintf("container %s waits: %s: %s", status.Name, waiting.Reason, waiting.Message)
	}
	return ""
}
