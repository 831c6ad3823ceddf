package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// answer is what a primitive writes to standard output.
type answer struct {
	Results any      `json:"results,omitempty"`
	Error   *problem `json:"error,omitempty"`
}

// answer writes how a primitive ended.
func (r *Runner) answer(ctx context.Context, results any, err error) error {
	reply := answer{Results: results, Error: problemOf(ctx, err)}
	if err := json.NewEncoder(r.Out).Encode(reply); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	if reply.Error != nil {
		return exitError(reply.Error.exitCode())
	}
	return nil
}

// list is what a primitive returns that has a list of results: nothing for an empty one.
func list[T any](results []T, err error) (any, error) {
	if len(results) == 0 {
		return nil, err
	}
	return results, err
}

// problem is why a primitive failed.
type problem struct {
	Kind    problemKind `json:"kind"`
	Message string      `json:"message"`
	// Result is set when a command ran and failed.
	Result *components.Result `json:"result,omitempty"`
	// Unfinished is set after a wait that was too short.
	Unfinished []components.Unfinished `json:"unfinished,omitempty"`
}

// problemKind tells a program what to make of a problem.
type problemKind string

const (
	usage            problemKind = "usage"
	unknownComponent problemKind = "unknown_component"
	missing          problemKind = "missing"
	timedOut         problemKind = "timeout"
	noReadyPod       problemKind = "no_ready_pod"
	commandFailed    problemKind = "command_failed"
	forbidden        problemKind = "forbidden"
	unsupported      problemKind = "unsupported"
	interrupted      problemKind = "interrupted"
	failed           problemKind = "failed"
)

// usageError is a mistake in a request.
type usageError struct{ error }

// problemOf describes an error; nil for none. Ctx is the process' own, which
// ends by a signal only.
func problemOf(ctx context.Context, err error) *problem {
	if err == nil {
		return nil
	}
	p := &problem{Kind: kindOf(err), Message: err.Error()}
	if ctx.Err() != nil {
		p.Kind = interrupted
	}
	var (
		command *components.CommandError
		timeout *components.TimeoutError
	)
	if errors.As(err, &command) {
		p.Result = &command.Result
	}
	if errors.As(err, &timeout) {
		p.Unfinished = timeout.Unfinished
	}
	return p
}

func kindOf(err error) problemKind {
	var (
		wrong   *usageError
		unknown *components.UnknownError
		absent  *components.MissingError
		timeout *components.TimeoutError
		noPod   *components.NoReadyPodError
		command *components.CommandError
		cannot  *components.UnsupportedError
	)
	switch {
	case errors.As(err, &wrong):
		return usage
	case errors.As(err, &unknown):
		return unknownComponent
	case errors.As(err, &absent), errors.Is(err, vault.ErrNone):
		return missing
	case errors.As(err, &noPod):
		return noReadyPod
	case errors.As(err, &timeout):
		return timedOut
	case errors.As(err, &command):
		return commandFailed
	case errors.As(err, &cannot):
		return unsupported
	case apierrors.IsForbidden(err):
		return forbidden
	case errors.Is(err, context.DeadlineExceeded):
		return timedOut
	}
	return failed
}

func (p *problem) exitCode() int {
	if p.Kind == usage {
		return ExitUsage
	}
	return ExitFailed
}
