package components

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// JobOptions say what to run in a pod of its own.
type JobOptions struct {
	// Name tells the job from others of the component: one of a name runs at a time.
	Name string
	// For is the work that the job is a part of, a run's ID for one. A job of the same
	// name that was made for something else is replaced, and never taken for this one.
	For string
	// Command is a program and its arguments.
	Command []string
	// Image to run; empty is what the component's pods have now, and ":TAG" or
	// "@DIGEST" another version of it.
	Image string
	// Container of the template to run; empty is the default one.
	Container string
	// Environment is added to the container's own. Whoever may read pods can read it.
	Environment map[string]string
	// Output receives all that the command writes, and may be nil.
	Output io.Writer
	Judgement
}

// Job runs a command in a pod of its own, made from the component's pod template:
// the way to migrate with the new image while the old one serves. A job that an
// earlier call began and did not see the end of is followed, and not run again. The
// pod is deleted when it has ended, and also when the context ends: nothing goes on
// unseen. A command that failed is a *CommandError.
func (c *Client) Job(ctx context.Context, component Component, opts JobOptions) (Result, error) {
	if err := checkCommand(opts.Command, opts.Environment); err != nil {
		return Result{}, fmt.Errorf("component %s: %w", component.Name, err)
	}
	workloads, err := c.workloads(ctx, component)
	if err != nil {
		return Result{}, err
	}
	wanted, err := oneOff(ctx, workloads[0], opts)
	if err != nil {
		return Result{}, fmt.Errorf("component %s: %s: %w", component.Name, workloads[0], err)
	}
	result, why, err := c.runPod(ctx, component, wanted, opts)
	switch {
	case err != nil:
		return Result{}, err
	case why != "":
		return result, &CommandError{Result: result, Why: why}
	}
	return result, nil
}

// runPod makes the pod and sees it to its end. One that another call has made is left to that to delete, for as long as
// that takes to see the end, unless it was killed. It may do so between two looks of this call: how the command
// ended is not known here then, and it runs again, as it would for a call that came a moment later.
func (c *Client) runPod(ctx context.Context, component Component, wanted *corev1.Pod, opts JobOptions) (Result, string, error) {
	for {
		pod, joined, err := c.ensure(ctx, wanted)
		if err != nil {
			return Result{}, "", fmt.Errorf("component %s: run %q: %w", component.Name, opts.Command, err)
		}
		c.report("running %q in %s, image %s", opts.Command, pod.Name, pod.Spec.Containers[0].Image)
		result := Result{Component: component.Name, Pod: pod.Name, Container: pod.Spec.Containers[0].Name, Command: opts.Command}
		why, err := c.attend(ctx, pod, &result, opts)
		if joined && err == nil {
			_ = c.sleep(ctx, leftToMaker*c.poll)
		}
		err = errors.Join(err, c.discard(ctx, pod))
		if joined && errors.Is(err, errDeleted) {
			c.report("%s was deleted by who had made it, before its end was seen; running it again", pod.Name)
			continue
		}
		return result, why, err
	}
}

// ensure makes the pod, unless another call made it for the same request: it is joined then. What is
// in its way, and what failed, is deleted first.
func (c *Client) ensure(ctx context.Context, wanted *corev1.Pod) (pod *corev1.Pod, joined bool, err error) {
	pods := c.kube.CoreV1().Pods(c.namespace)
	for {
		made, err := pods.Create(ctx, wanted, metav1.CreateOptions{FieldManager: v1.FieldOwner})
		if !apierrors.IsAlreadyExists(err) {
			return made, false, err
		}
		found, err := pods.Get(ctx, wanted.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			continue
		case err != nil:
			return nil, false, err
		case found.Labels[v1.LabelOneOff] != wanted.Labels[v1.LabelOneOff]:
			return nil, false, fmt.Errorf("there is a pod %s already, and it is no job of ours", found.Name)
		}
		same := found.Annotations[v1.AnnotationOneOff] == wanted.Annotations[v1.AnnotationOneOff]
		if same && found.DeletionTimestamp == nil && found.Status.Phase != corev1.PodFailed {
			c.report("%s runs already; following it", found.Name)
			return found, true, nil
		}
		if err := c.discard(ctx, found); err != nil {
			return nil, false, err
		}
		if err := c.sleep(ctx, c.poll); err != nil {
			return nil, false, fmt.Errorf("%s does not go away: %w", podState(*found), err)
		}
	}
}

// leftToMaker is how many looks at a pod another call has to see its end.
const leftToMaker = 4

// discardTime is what is left for deleting a pod when the context has ended.
const discardTime = 10 * time.Second

// discard deletes the pod, also when the context has ended.
func (c *Client) discard(ctx context.Context, pod *corev1.Pod) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	err := c.kube.CoreV1().Pods(c.namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(pod.UID))})
	if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return fmt.Errorf("delete pod %s: %w", pod.Name, err)
}

// attend follows the pod to its end and says why the command counts as failed; "" when it does not.
func (c *Client) attend(ctx context.Context, pod *corev1.Pod, result *Result, opts JobOptions) (string, error) {
	output, judge := &tail{}, newJudge(opts.Judgement)
	began := time.Now()
	ended, whole, err := c.follow(ctx, pod, tee(output, opts.Output, judge.stream()))
	if err == nil && !whole { // what broke off while it ran is judged as it is now
		output, judge = &tail{}, newJudge(opts.Judgement)
		err = c.passOn(ctx, ended, false, tee(output, judge.stream()))
	}
	result.Duration = time.Since(began)
	result.Stdout, result.Truncated = output.String(), output.truncated
	if err != nil {
		return "", fmt.Errorf("%s: %w", result.where(), err)
	}
	return result.verdictOn(ended, judge)
}

// verdictOn is attend's, of a pod that has ended.
func (r *Result) verdictOn(pod *corev1.Pod, judge *judge) (string, error) {
	for _, status := range pod.Status.ContainerStatuses {
		if how := status.State.Terminated; how != nil && how.ExitCode != 0 && pod.Status.Reason == "" {
			r.ExitCode = int(how.ExitCode)
			return fmt.Sprintf("exit code %d (%s)", how.ExitCode, cmp.Or(how.Reason, "Error")), nil
		}
	}
	if pod.Status.Phase != corev1.PodSucceeded { // evicted, or at its deadline
		return "", fmt.Errorf("%s: it did not come to its end: %s%s", r.where(), endOf(pod), r.ending())
	}
	return judge.verdict(), nil
}

// endOf is how a pod ended whose container did not.
func endOf(pod *corev1.Pod) string {
	if pod.Status.Reason != "" || pod.Status.Message != "" {
		return fmt.Sprintf("%s: %s", cmp.Or(pod.Status.Reason, "failed"), pod.Status.Message)
	}
	return podState(*pod)
}
