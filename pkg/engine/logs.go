package engine

import (
	"bufio"
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// drainTimeout bounds how long an action's end is kept back so that its last
// log lines are shown before it.
const drainTimeout = 5 * time.Second

// longestLine bounds a log line that is shown; the pod's log has it whole.
const longestLine = 64 * 1024

// logFollower follows the output of the run's pods, each once.
type logFollower struct {
	mu      sync.Mutex
	streams map[string]*stream
	waiting map[string]string
	wg      sync.WaitGroup
}

// stream is one pod's output.
type stream struct {
	action string
	done   chan struct{}
}

// follow starts to follow the pods of an action's attempt, and reports a pod
// that cannot start.
func (r *run) follow(action v1.ActionStatus) {
	for _, pod := range r.watcher.podsOf(action.Job) {
		if started(pod) {
			r.logs.add(pod, action.Name, func(s *stream) { r.stream(r.watcher.background, pod, action, s) })
			continue
		}
		if why := stuck(pod); why != "" && r.logs.waits(pod.Name, why) {
			r.report(Event{Kind: ActionWaiting, Mode: action.Mode, Action: action.Name, Attempt: action.Attempt, Message: why})
		}
	}
}

// stream reports a pod's output line by line until it ends. A stream that
// breaks is not an error of the run: the Job's state decides, and the log stays in the pod.
func (r *run) stream(ctx context.Context, pod *corev1.Pod, action v1.ActionStatus, s *stream) {
	defer close(s.done)
	options := &corev1.PodLogOptions{Container: jobs.ActionContainer, Follow: true}
	body, err := r.engine.Kube.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return
	}
	defer func() { _ = body.Close() }()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		r.report(Event{Kind: ActionLog, Mode: action.Mode, Action: action.Name, Attempt: action.Attempt, Message: lines.Text()})
	}
}

// add starts a stream unless the pod has one.
func (f *logFollower) add(pod *corev1.Pod, action string, run func(*stream)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.streams == nil {
		f.streams = map[string]*stream{}
	}
	if _, known := f.streams[pod.Name]; known {
		return
	}
	s := &stream{action: action, done: make(chan struct{})}
	f.streams[pod.Name] = s
	f.wg.Go(func() { run(s) })
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

// drain waits until an action's output was shown, at most drainTimeout.
func (f *logFollower) drain(ctx context.Context, action string) {
	timeout := time.NewTimer(drainTimeout)
	defer timeout.Stop()
	for _, s := range f.of(action) {
		select {
		case <-s.done:
		case <-timeout.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (f *logFollower) of(action string) []*stream {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*stream
	for _, s := range f.streams {
		if s.action == action {
			out = append(out, s)
		}
	}
	return out
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
