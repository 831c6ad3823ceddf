package components

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// follow passes on what a pod's first container writes until the pod has ended.
// Whole is false when the output broke off. A pod that cannot start is an error,
// without waiting for the deadline.
func (c *Client) follow(ctx context.Context, pod *corev1.Pod, output io.Writer) (ended *corev1.Pod, whole bool, err error) {
	read, said := false, ""
	for {
		now, err := c.look(ctx, pod)
		switch {
		case err != nil && ctx.Err() == nil && !transient(err):
			return nil, false, err
		case err != nil: // looked at again, as long as there is time
		case !read && (hasRun(now) || over(now)):
			whole, read = c.passOn(ctx, now, true, output) == nil, true
			continue
		case over(now):
			return now, whole, nil
		case hopeless(now):
			return nil, false, fmt.Errorf("it cannot start\n  %s", strings.Join(c.reasons(ctx, unfinished{pods: []corev1.Pod{*now}}), "\n  "))
		case said != podState(*now):
			said = podState(*now)
			c.report("%s", said)
		}
		if c.sleep(ctx, c.poll) != nil {
			return nil, false, fmt.Errorf("it did not end in time and was stopped (%s): %w", said, context.Cause(ctx))
		}
	}
}

// errDeleted is of a pod that was gone before its end was seen.
var errDeleted = errors.New("its pod was deleted before it ended")

// look reads the pod anew.
func (c *Client) look(ctx context.Context, pod *corev1.Pod) (*corev1.Pod, error) {
	now, err := c.kube.CoreV1().Pods(c.namespace).Get(ctx, pod.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && now.UID != pod.UID {
		return nil, errDeleted
	}
	return now, err
}

// passOn reads the container's output to its end, waiting for more while it follows.
func (c *Client) passOn(ctx context.Context, pod *corev1.Pod, follow bool, output io.Writer) error {
	options := &corev1.PodLogOptions{Container: pod.Spec.Containers[0].Name, Follow: follow}
	stream, err := c.kube.CoreV1().Pods(c.namespace).GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return err
	}
	defer stream.Close()
	_, err = io.Copy(output, stream)
	return err
}

// hasRun is true once the pod's container has started.
func hasRun(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool {
		return s.State.Running != nil || s.State.Terminated != nil
	})
}

// over is true for a pod that has ended.
func over(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// hopeless is true when a container cannot start and nobody but the pod's author can help.
func hopeless(pod *corev1.Pod) bool {
	never := []string{"ErrImageNeverPull", "InvalidImageName", "ImagePullBackOff", "CreateContainerConfigError", "CreateContainerError"}
	return slices.ContainsFunc(slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses), func(s corev1.ContainerStatus) bool {
		return s.State.Waiting != nil && slices.Contains(never, s.State.Waiting.Reason)
	})
}
