// Package output follows what the actions of a run print, and keeps the ends of it
// beyond the lives of the pods.
package output

import (
	"context"
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

// Follower follows the output of a run's pods, each once. Its zero value is ready,
// and safe for concurrent use.
type Follower struct {
	mu      sync.Mutex
	streams map[string]*Stream
	wg      sync.WaitGroup
}

// Stream is one pod's output.
type Stream struct {
	// job is the attempt's.
	job  string
	kept tail
	done chan struct{}
}

// Read reads the output of an action's pod until it ends. One that breaks off
// is no error of the run: the Job's state decides, and the log stays in the pod.
func Read(ctx context.Context, kube kubernetes.Interface, pod *corev1.Pod, options *corev1.PodLogOptions, take func(line string)) {
	options.Container, options.Follow = jobs.ActionContainer, true
	output, err := kube.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return
	}
	defer func() { _ = output.Close() }()
	run := pod.Labels[v1.LabelRun]
	eachLine(output, func(line string) { take(jobs.CutLineTag(line, run)) })
}

// Keep takes a line of the output.
func (s *Stream) Keep(line string) { s.kept.add(line) }

// Add starts a stream unless the pod has one.
func (f *Follower) Add(pod *corev1.Pod, read func(*Stream)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.streams == nil {
		f.streams = map[string]*Stream{}
	}
	if _, known := f.streams[pod.Name]; known {
		return
	}
	s := &Stream{job: pod.Labels[batchv1.JobNameLabel], done: make(chan struct{})}
	f.streams[pod.Name] = s
	f.wg.Go(func() { defer close(s.done); read(s) })
}

// Drain waits until an attempt's output was shown, at most drainTimeout.
func (f *Follower) Drain(ctx context.Context, job string) {
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

// Wait returns when every stream has ended.
func (f *Follower) Wait() { f.wg.Wait() }

// of lists the streams of an attempt's pods.
func (f *Follower) of(job string) []*Stream {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []*Stream
	for _, s := range f.streams {
		if s.job == job {
			out = append(out, s)
		}
	}
	return out
}

// Ends are the ends of what an attempt's pods printed so far, empty ones left out.
func (f *Follower) Ends(job string) []Kept {
	var ends []Kept
	for _, s := range f.of(job) {
		if text := s.kept.text(); text != "" {
			ends = append(ends, Kept{Job: job, Text: text})
		}
	}
	return ends
}

// LastWords are the last lines that an attempt printed, in at most limit bytes.
func (f *Follower) LastWords(job string, limit int) string {
	for _, s := range f.of(job) {
		if text := s.kept.last(limit); text != "" {
			return text
		}
	}
	return ""
}
