package components

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
	"k8s.io/streaming/pkg/httpstream"
)

// DefaultPodWait is how long Exec waits for a ready pod.
const DefaultPodWait = 2 * time.Minute

// ExecOptions say what to run, and where its output goes.
type ExecOptions struct {
	// Container to run in; empty is the pod's default container.
	Container string
	// Commands run one after the other, in the same pod, until one fails.
	// Each is a program and its arguments: no shell interprets them.
	Commands [][]string
	// Stdout and Stderr receive the output as it comes; both may be nil.
	Stdout, Stderr io.Writer
	// PodWait bounds the wait for a ready pod; 0 is DefaultPodWait.
	PodWait time.Duration
	// Expect must match a line of each command's output, when set.
	Expect *regexp.Regexp
	// Reject must match no line of any command's output, when set. Some
	// commands report a failure in words only and still exit with 0.
	Reject *regexp.Regexp
}

// Result is how one command ended.
type Result struct {
	Component string   `json:"component"`
	Pod       string   `json:"pod"`
	Container string   `json:"container"`
	Command   []string `json:"command"`
	ExitCode  int      `json:"exitCode"`
	// Stdout and Stderr are the ends of what the command wrote, TailBytes at most each.
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
	// Truncated says that more was written than is kept here.
	Truncated bool          `json:"truncated"`
	Duration  time.Duration `json:"durationNanoseconds"`
}

// CommandError says that a command ran and failed.
type CommandError struct {
	Result
	// Why the command counts as failed, e.g. "exit code 3".
	Why string
}

func (e *CommandError) Error() string {
	message := fmt.Sprintf("component %s: command %q in pod %s, container %s: %s", e.Component, e.Command, e.Pod, e.Container, e.Why)
	for _, output := range []string{e.Stderr, e.Stdout} {
		if output = strings.TrimSpace(output); output != "" {
			return message + "; its output ends:\n" + lastLines(output, 10)
		}
	}
	return message + "; it wrote nothing"
}

// Exec runs commands in the component's newest ready pod, waiting for one
// within bounds, and returns a result for each command that ended. A command
// that failed is a *CommandError.
//
// A command may take as long as the context allows: unlike a wait for pods, a
// migration has no usual length. When the context ends, Exec stops waiting; Kubernetes offers no way to end
// the command itself, which may run on in the container.
func (c *Client) Exec(ctx context.Context, component Component, opts ExecOptions) ([]Result, error) {
	if slices.ContainsFunc(opts.Commands, func(argv []string) bool { return len(argv) == 0 || argv[0] == "" }) {
		return nil, fmt.Errorf("component %s: an empty command: expected a program and its arguments", component.Name)
	}
	pod, err := c.readyPod(ctx, component, opts.PodWait)
	if err != nil {
		return nil, err
	}
	container, err := containerOf(pod, opts.Container)
	if err != nil {
		return nil, fmt.Errorf("component %s: %w", component.Name, err)
	}
	var results []Result
	for _, argv := range opts.Commands {
		result := Result{Component: component.Name, Pod: pod.Name, Container: container, Command: argv}
		c.report("running %q in %s, container %s", argv, pod.Name, container)
		why, err := c.run(ctx, &result, opts)
		if err != nil {
			return results, err
		}
		results = append(results, result)
		if why != "" {
			return results, &CommandError{Result: result, Why: why}
		}
	}
	return results, nil
}

// run runs one command and says why it counts as failed; "" when it does not.
func (c *Client) run(ctx context.Context, result *Result, opts ExecOptions) (string, error) {
	var stdout, stderr tail
	expect, reject := &lineMatcher{pattern: opts.Expect}, &lineMatcher{pattern: opts.Reject}
	began := time.Now()
	err := c.stream(ctx, *result, remotecommand.StreamOptions{
		Stdout: tee(&stdout, opts.Stdout, expect.stream(), reject.stream()),
		Stderr: tee(&stderr, opts.Stderr, expect.stream(), reject.stream()),
	})
	result.Duration = time.Since(began)
	result.Stdout, result.Stderr = stdout.String(), stderr.String()
	result.Truncated = stdout.truncated || stderr.truncated
	var exit exec.CodeExitError
	switch {
	case errors.As(err, &exit):
		result.ExitCode = exit.Code
		return fmt.Sprintf("exit code %d", exit.Code), nil
	case err != nil && ctx.Err() != nil:
		return "", fmt.Errorf("component %s: command %q in pod %s, container %s did not end in time and may still be running there: %w",
			result.Component, result.Command, result.Pod, result.Container, ctx.Err())
	case err != nil:
		return "", fmt.Errorf("component %s: command %q in pod %s, container %s: it could not be followed to its end, and may not even have started: %w",
			result.Component, result.Command, result.Pod, result.Container, err)
	}
	if line, ok := reject.found(); ok {
		return fmt.Sprintf("exit code 0, but its output has the line %q, which matches the rejected %q", line, opts.Reject), nil
	}
	if _, ok := expect.found(); opts.Expect != nil && !ok {
		return fmt.Sprintf("exit code 0, but no line of its output matches the expected %q", opts.Expect), nil
	}
	return "", nil
}

// stream connects to the container as kubectl does: by WebSocket, or by SPDY
// where something in between does not speak it.
func (c *Client) stream(ctx context.Context, r Result, opts remotecommand.StreamOptions) error {
	url := c.kube.CoreV1().RESTClient().Post().Namespace(c.namespace).Resource("pods").Name(r.Pod).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Container: r.Container, Command: r.Command, Stdout: true, Stderr: true}, scheme.ParameterCodec).URL()
	spdy, err := remotecommand.NewSPDYExecutor(c.config, "POST", url)
	if err != nil {
		return err
	}
	websocket, err := remotecommand.NewWebSocketExecutor(c.config, "GET", url.String())
	if err != nil {
		return err
	}
	executor, err := remotecommand.NewFallbackExecutor(websocket, spdy, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
	if err != nil {
		return err
	}
	return executor.StreamWithContext(ctx, opts)
}
