package components

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote"
)

// exitNotFound is how shells report a program that does not exist.
const exitNotFound = 127

// run runs one command and says why it counts as failed; "" when it does not.
func (c *Client) run(ctx context.Context, result *Result, opts ExecOptions) (string, error) {
	var stdout, stderr tail
	judge := newJudge(opts.Judgement)
	streams := remotecommand.StreamOptions{
		Stdout: tee(&stdout, opts.Stdout, judge.stream()),
		Stderr: tee(&stderr, opts.Stderr, judge.stream()),
	}
	if opts.Stdin != "" {
		streams.Stdin = strings.NewReader(opts.Stdin)
	}
	began := time.Now()
	err := c.containers().Exec(ctx, result.Pod, &corev1.PodExecOptions{
		Container: result.Container, Command: opts.command(result.Command), Stdin: opts.Stdin != "", Stdout: true, Stderr: true,
	}, streams)
	result.Duration = time.Since(began)
	result.Stdout, result.Stderr = stdout.String(), stderr.String()
	result.Truncated = stdout.truncated || stderr.truncated
	if err == nil {
		return judge.verdict(), nil
	}
	return result.failure(ctx, err, len(opts.Environment) > 0)
}

// failure says how a command failed, or that it is not known how it ended.
func (r *Result) failure(ctx context.Context, err error, withEnv bool) (string, error) {
	var exit exec.CodeExitError
	switch {
	case errors.As(err, &exit):
		r.ExitCode = exit.Code
		return fmt.Sprintf("exit code %d", exit.Code), nil
	case strings.Contains(err.Error(), `exec: "env": executable file not found`) && withEnv:
		r.ExitCode = exitNotFound
		return "the container has no program env, which sets the environment of commands", nil
	case strings.Contains(err.Error(), "executable file not found"), strings.Contains(err.Error(), "no such file or directory"):
		r.ExitCode = exitNotFound
		return fmt.Sprintf("the container has no program %s", r.Command[0]), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("%s did not end in time and may still be running there%s: %w", r.where(), r.ending(), context.Cause(ctx))
	}
	if refused := refusedBy(err); refused != nil {
		return "", fmt.Errorf("%s: %w", r.where(), refused)
	}
	if errors.Is(err, remote.ErrCutOff) {
		return "", fmt.Errorf("%s: it could not be followed to its end: %w, as when it ends without reading its input, or its node is lost%s", r.where(), err, r.ending())
	}
	return "", fmt.Errorf("%s: it could not be followed to its end, and may not even have started: %w", r.where(), withoutURL(err))
}

// refusedBy is the API server's own answer that the command does not start; nil for another error.
func refusedBy(err error) error {
	var upgrade *httpstream.UpgradeFailureError
	if errors.As(err, &upgrade) {
		err = upgrade.Cause
	}
	var status *apierrors.StatusError
	if errors.As(err, &status) && status.ErrStatus.Reason == metav1.StatusReasonForbidden {
		return status
	}
	return nil
}

// withoutURL leaves out the request's URL, which has the command with its environment.
func withoutURL(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}
