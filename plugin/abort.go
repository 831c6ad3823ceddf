package plugin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// abortOptions are the flags of `abort`.
type abortOptions struct {
	*options
	name    string
	reason  string
	timeout time.Duration
}

const (
	// defaultAbortTimeout is longer than a pod may take to end.
	defaultAbortTimeout = 2 * time.Minute
	// shortestAbort is longer than it takes to find out that an engine is dead.
	shortestAbort = 30 * time.Second
)

func newAbortCommand(o *options) *cobra.Command {
	a := &abortOptions{options: o}
	cmd := &cobra.Command{
		Use:   "abort NAME",
		Short: "End a deployment's unfinished run for good",
		Long: "End a deployment's unfinished run for good, also one that failed and could be resumed: an engine\nat work on it lets go, its actions are stopped, and the record says who aborted it, when and why.\n" +
			"When abort returns, nothing of the run is at work. What its actions did is not undone, and the\nnext run starts from the beginning.\n\n" +
			"A change of the Helm release that is under way gets 15 seconds to apply what it has begun; then\nits revision is recorded as failed, and what was applied of it stays.",
		GroupID: groupOperator,
		Example: "  kubectl styrmin abort notes -n notes --reason 'outside of the maintenance window'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.name = args[0]
			if err := a.validate(); err != nil {
				return err
			}
			return a.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&a.reason, "reason", "", "Why; it is recorded, and shown to whoever is at work on the run.")
	cmd.Flags().DurationVar(&a.timeout, "timeout", defaultAbortTimeout, "How long to wait until the engine and the actions have stopped.")
	return cmd
}

// validate checks the command line.
func (a *abortOptions) validate() error {
	if a.timeout < shortestAbort {
		return usagef("--timeout %s: expected at least %s, which is what it takes to find out whether an engine is dead", a.timeout, shortestAbort)
	}
	if err := checkReason(a.reason); err != nil {
		return err
	}
	return checkName("NAME", a.name)
}

// checkReason keeps a reason what it is for.
func checkReason(reason string) error {
	if len(reason) > v1.LongestReason || progress.Clean(reason) != reason || strings.Contains(reason, "\n") {
		return usagef("--reason: expected one line of at most %d characters", v1.LongestReason)
	}
	return nil
}

func (a *abortOptions) run(ctx context.Context) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	h, err := a.helm(c.namespace)
	if err != nil {
		return err
	}
	e := &engine.Engine{Kube: c.kube, Client: c.client, Helm: h, Reporter: progress.New(a.Out, progress.Options{Color: a.terminal.Color})}
	outcome, err := e.Abort(ctx, engine.AbortRequest{Namespace: c.namespace, Name: a.name, Reason: a.reason, Timeout: a.timeout})
	if err != nil {
		return err
	}
	fmt.Fprint(a.Out, abortSummary(outcome, c.namespace, a.name))
	return nil
}

// abortSummary says what has and has not happened, and how to go on.
func abortSummary(outcome engine.AbortOutcome, namespace, name string) string {
	run, left := outcome.Run, map[engine.ReleaseLeft]string{
		engine.ReleaseUntouched: "The Helm release was not touched.",
		engine.ReleaseChanged:   fmt.Sprintf("The Helm release has been changed, as revision %d, and stays as it is.", outcome.Run.Revision),
		engine.ReleaseHalfWay:   "The change of the Helm release was begun and did not end well; what was applied of it stays.",
	}
	lines := []string{"nothing of it is at work any more"}
	if outcome.Joined {
		lines = []string{"it had been aborted before, and nothing of it is at work any more"}
	}
	lines = append(lines, left[outcome.Release]+" What the actions did is not undone.", "The next run starts from the beginning: "+nextCommand(run, namespace, name))
	return strings.Join(lines, "\n") + "\n"
}

// nextCommand is the command that begins a run like one, as far as its record tells.
func nextCommand(run v1.Run, namespace, name string) string {
	command := fmt.Sprintf("kubectl styrmin upgrade %s -n %s", name, namespace)
	if run.Hook == v1.RunHookSetup {
		command = fmt.Sprintf("kubectl styrmin setup %s -n %s --driver …", name, namespace)
	}
	if run.Version != "" {
		command += " --version " + quote(run.Version)
	}
	return command
}
