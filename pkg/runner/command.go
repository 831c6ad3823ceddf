package runner

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
)

// Exit codes of the runner. Those of an action are the Job's contract.
const (
	// ExitOK: done; the flow completed.
	ExitOK = 0
	// ExitFailed: the flow failed, returned a failed state, or crashed; or a primitive failed.
	ExitFailed = 1
	// ExitUsage: the command line is wrong.
	ExitUsage = 2
	// ExitUnloadable: the flow could not be loaded; retrying would not help.
	ExitUnloadable = 42
)

// TerminationLog is where Kubernetes looks for a termination message.
const TerminationLog = "/dev/termination-log"

// Streams are what the process reads from and writes to.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Runner is a styrmin-runner process: all that it takes from its surroundings.
type Runner struct {
	Streams
	// Args are the arguments after the program's name.
	Args []string
	// Getenv looks up an environment variable.
	Getenv func(string) string
	// Environ is the whole environment, which the action's process inherits.
	Environ []string
	// Executable is the path of this binary.
	Executable string
	// Self is the command line by which an action calls a runner; empty is Executable alone.
	Self []string
	// Config connects to the cluster.
	Config func() (*rest.Config, error)
	// Termination is the file of the container's termination message.
	Termination string
}

// exitError ends the process with a code, having said what there is to say.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Run carries out the command line and returns the process' exit code.
func (r *Runner) Run(ctx context.Context) int {
	cmd := r.command()
	cmd.SetArgs(r.Args)
	cmd.SetOut(r.Out)
	cmd.SetErr(r.Err)
	err := cmd.ExecuteContext(ctx)
	var exit exitError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &exit):
		return int(exit)
	default:
		fmt.Fprintf(r.Err, "styrmin-runner: %v\n", err)
		return ExitUsage
	}
}

func (r *Runner) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "styrmin-runner",
		Short:         "Runs the actions of a Styrmin driver inside their pods",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(r.installCommand(), r.actionCommand(), r.callCommand(), r.vaultCommand())
	return root
}
