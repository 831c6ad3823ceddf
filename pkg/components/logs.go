package components

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// LogsOptions say whose output to read, and how much of it.
type LogsOptions struct {
	// Pod to read; empty is the component's newest one, ready or not.
	Pod string
	// AllPods reads every pod of the component, one after the other.
	AllPods bool
	// Container to read; empty is the pod's default container.
	Container string
	// TailLines is how many lines to read, from the end; 0 is all.
	TailLines int64
	// Since leaves out what is older; 0 is nothing.
	Since time.Duration
	// Previous reads what the container wrote before it was started again.
	Previous bool
	// Follow goes on until the container or the context ends. It takes one pod.
	Follow bool
	// Output receives all that is read, and may be nil.
	Output io.Writer
}

// Log is what one container wrote.
type Log struct {
	Component string `json:"component"`
	Pod       string `json:"pod"`
	Container string `json:"container"`
	// Text is the end of what was read, TailBytes at most.
	Text string `json:"text"`
	// Truncated says that more was read than is kept here.
	Truncated bool `json:"truncated"`
}

// Logs reads what the component's containers wrote.
func (c *Client) Logs(ctx context.Context, component Component, opts LogsOptions) ([]Log, error) {
	if opts.AllPods && (opts.Follow || opts.Pod != "") {
		return nil, fmt.Errorf("component %s: found all pods and a choice of one, expected one of both", component.Name)
	}
	all, err := c.podsOf(ctx, component)
	if err != nil {
		return nil, fmt.Errorf("component %s: %w", component.Name, err)
	}
	pods := opts.choose(all)
	switch {
	case len(pods) == 0 && opts.Pod != "":
		return nil, &MissingError{Component: component, Namespace: c.namespace, Pod: opts.Pod, Pods: names(all)}
	case len(pods) == 0:
		return nil, &NoReadyPodError{Component: component, Namespace: c.namespace}
	}
	var logs []Log
	for _, pod := range pods {
		log, err := c.logOf(ctx, component, pod, opts)
		if err != nil {
			return logs, fmt.Errorf("component %s: %w", component.Name, err)
		}
		logs = append(logs, log)
	}
	return logs, nil
}

// choose picks the pods to read.
func (o LogsOptions) choose(pods []corev1.Pod) []corev1.Pod {
	switch {
	case o.Pod != "":
		return slices.DeleteFunc(slices.Clone(pods), func(pod corev1.Pod) bool { return pod.Name != o.Pod })
	case o.AllPods || len(pods) == 0:
		return pods
	}
	return []corev1.Pod{newest(pods)}
}

// logOf reads one container.
func (c *Client) logOf(ctx context.Context, component Component, pod corev1.Pod, opts LogsOptions) (Log, error) {
	container, err := containerOf(&pod, opts.Container)
	if err != nil {
		return Log{}, err
	}
	options := &corev1.PodLogOptions{Container: container, Previous: opts.Previous, Follow: opts.Follow}
	if opts.TailLines > 0 {
		options.TailLines = &opts.TailLines
	}
	if opts.Since > 0 {
		options.SinceSeconds = new(int64(max(1, opts.Since.Seconds())))
	}
	stream, err := c.kube.CoreV1().Pods(c.namespace).GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return Log{}, fmt.Errorf("read what %s wrote: %w", podState(pod), err)
	}
	defer stream.Close()
	var end tail
	if _, err := io.Copy(tee(&end, opts.Output), stream); err != nil && !errors.Is(err, io.EOF) {
		return Log{}, fmt.Errorf("read what pod %s, container %s wrote: %w", pod.Name, container, err)
	}
	return Log{Component: component.Name, Pod: pod.Name, Container: container, Text: end.String(), Truncated: end.truncated}, nil
}
