package components

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// defaultContainer is the annotation by which a pod names its main container, to kubectl too.
const defaultContainer = "kubectl.kubernetes.io/default-container"

// podsToRunIn chooses the pods, waiting for them to be ready within bounds.
func (c *Client) podsToRunIn(ctx context.Context, component Component, opts ExecOptions) ([]corev1.Pod, error) {
	wait := opts.PodWait
	if wait == 0 {
		wait = DefaultPodWait
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		pods, err := c.podsOf(ctx, component)
		if err == nil {
			chosen, err := opts.choose(pods)
			if err != nil {
				return nil, &MissingError{Component: component, Namespace: c.namespace, Pod: opts.Pod, Pods: names(pods)}
			}
			if len(chosen) > 0 {
				return chosen, nil
			}
		} else if ctx.Err() == nil && !transient(err) {
			return nil, fmt.Errorf("component %s: %w", component.Name, err)
		}
		if c.sleep(ctx, c.poll) != nil {
			return nil, c.noReadyPod(ctx, component, pods)
		}
	}
}

var errNoSuchPod = errors.New("no such pod")

// choose picks the pods to run in; none as long as they are not ready.
func (o ExecOptions) choose(pods []corev1.Pod) ([]corev1.Pod, error) {
	lasting := slices.DeleteFunc(slices.Clone(pods), func(pod corev1.Pod) bool { return pod.DeletionTimestamp != nil })
	ready := allReady(pods)
	switch {
	case o.Pod != "":
		if !slices.Contains(names(pods), o.Pod) {
			return nil, errNoSuchPod
		}
		return slices.DeleteFunc(ready, func(pod corev1.Pod) bool { return pod.Name != o.Pod }), nil
	case o.AllPods && len(ready) < len(lasting):
		return nil, nil
	case o.AllPods:
		return ready, nil
	}
	if pod := newestReady(pods); pod != nil {
		return []corev1.Pod{*pod}, nil
	}
	return nil, nil
}

func names(pods []corev1.Pod) []string {
	var out []string
	for _, pod := range pods {
		out = append(out, pod.Name)
	}
	slices.Sort(out)
	return out
}

// noReadyPod explains why no pod can be had.
func (c *Client) noReadyPod(ctx context.Context, component Component, pods []corev1.Pod) error {
	explain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if current, err := c.podsOf(explain, component); err == nil {
		pods = current
	}
	return &NoReadyPodError{
		Component: component, Namespace: c.namespace, cause: ctx.Err(), Reasons: c.reasons(explain, unfinished{pods: pods}),
	}
}

// podsOf lists a component's pods: those of its workloads. A component that an
// operator's own kind of object runs has no workload here, and its labels decide.
func (c *Client) podsOf(ctx context.Context, component Component) ([]corev1.Pod, error) {
	workloads, err := c.workloads(ctx, component)
	var missing *MissingError
	if errors.As(err, &missing) {
		return c.pods(ctx, component.Selector())
	}
	if err != nil {
		return nil, err
	}
	var all []corev1.Pod
	for _, w := range workloads {
		if w.pods == nil {
			continue
		}
		pods, err := c.pods(ctx, w.pods)
		if err != nil {
			return nil, err
		}
		all = append(all, pods...)
	}
	return all, nil
}

// pods lists the pods of a selector that have not ended. Those of Jobs are left out:
// one may bear the same labels (a Helm hook, a test), and comes and goes by itself.
func (c *Client) pods(ctx context.Context, selector labels.Selector) ([]corev1.Pod, error) {
	list, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{LabelSelector: selector.String()})
	if err != nil {
		return nil, fmt.Errorf("list pods %s in namespace %s: %w", selector, c.namespace, err)
	}
	return slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool {
		owner := metav1.GetControllerOf(&pod)
		return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed || owner != nil && owner.Kind == "Job"
	}), nil
}

// newestReady picks the pod to run in.
func newestReady(pods []corev1.Pod) *corev1.Pod {
	ready := allReady(pods)
	if len(ready) == 0 {
		return nil
	}
	return new(newest(ready))
}

// newest of pods; there is at least one.
func newest(pods []corev1.Pod) corev1.Pod {
	return slices.MaxFunc(pods, func(a, b corev1.Pod) int {
		return a.CreationTimestamp.Compare(b.CreationTimestamp.Time)
	})
}

// allReady leaves out the pods that cannot be run in, or not for long.
func allReady(pods []corev1.Pod) []corev1.Pod {
	return slices.DeleteFunc(slices.Clone(pods), func(pod corev1.Pod) bool {
		return !isReady(pod) || pod.DeletionTimestamp != nil
	})
}

func isReady(pod corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodRunning &&
		slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
			return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
		})
}

// containerOf is the container to run in: the one asked for, the pod's
// default one, or its first.
func containerOf(pod *corev1.Pod, name string) (string, error) {
	var names []string
	for _, container := range pod.Spec.Containers {
		names = append(names, container.Name)
	}
	if name == "" {
		if name = pod.Annotations[defaultContainer]; !slices.Contains(names, name) {
			return names[0], nil
		}
	}
	if !slices.Contains(names, name) {
		return "", fmt.Errorf("pod %s has no container %q: it has %s", pod.Name, name, strings.Join(names, ", "))
	}
	return name, nil
}
