package plugin

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

func (r *runOptions) addOutput(flags *pflag.FlagSet) {
	flags.StringVarP(&r.output, "output", "o", "", "Output format: json, a stream of what happens, an object a line; by default for people.")
}

// beginStream sees to it that whatever happens from now on, a mistake on the command
// line too, is in the stream that -o json asks for.
func (r *runOptions) beginStream() error {
	switch r.output {
	case "":
		return nil
	case "json":
	case "yaml":
		return usagef("-o yaml: expected json; a run is told as a stream of events, one JSON object a line")
	default:
		return usagef("-o %s: expected json", r.output)
	}
	r.stream = progress.NewStream(r.Out, r.givenNamespace(), r.name)
	r.problems = r.stream.Problems
	r.ending = func(err error, code int) { r.stream.End(resultOf(err, r.outcome), code, plainMessage(err)) }
	return nil
}

// givenNamespace is the namespace that the flags and the kubeconfig name; empty when
// they cannot be read, which is told when the cluster is needed.
func (o *options) givenNamespace() string {
	namespace, _, err := o.config.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return ""
	}
	return namespace
}

// reporter shows a run in a stream, if there is one, or as the terminal wants it. end
// is called once the run is over.
func (o *options) reporter(ctx context.Context, stream *progress.Stream, options progress.Options) (reporter engine.Reporter, end func()) {
	switch {
	case stream != nil:
		return stream, func() {}
	case o.terminal.Size == nil:
		return progress.New(o.Out, options), func() {}
	}
	live := progress.NewLive(ctx, o.Out, o.terminal.Size, options)
	o.warnings.redirect(live.Above(o.ErrOut))
	return live, live.Close
}

// resultOfRun is how a run ended that did not fail.
func resultOfRun(outcome engine.Outcome) progress.Result {
	switch {
	case !outcome.Changed:
		return progress.ResultUnchanged
	case outcome.Paused:
		return progress.ResultPaused
	default:
		return progress.ResultSucceeded
	}
}

// resultOf is how a command ended by its error; without one it is as good.
func resultOf(err error, good progress.Result) progress.Result {
	var (
		problems *problemsError
		inputs   *instance.ProblemsError
		refused  *engine.RefusedError
		failed   *engine.FailedError
		locked   *lock.TakenError
		aborted  *engine.AbortedError
		held     *helm.HeldError
		pending  *helm.PendingError
	)
	switch {
	case err == nil:
		return good
	case errors.As(err, &failed):
		return progress.ResultFailed
	case errors.As(err, &aborted):
		return progress.ResultAborted
	case errors.As(err, &locked):
		return progress.ResultLocked
	case errors.As(err, &held), errors.As(err, &pending):
		return progress.ResultHeld
	case errors.As(err, &problems), errors.As(err, &inputs), errors.As(err, &refused), deniedByUs(err):
		return progress.ResultRefused
	case exitCode(err) == ExitInterrupted:
		return progress.ResultInterrupted
	default:
		return progress.ResultError
	}
}
