package plugin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/warmup"
)

// Version is set when a release is built.
var Version = "dev"

// Client-side limits high enough that a run never waits for its own client.
const (
	clientQPS   = 50
	clientBurst = 100
)

// options is what every verb shares.
type options struct {
	genericiooptions.IOStreams
	config *genericclioptions.ConfigFlags
	// terminal says which stream may be coloured.
	terminal Terminal
	// warnings collects what the API server warns of.
	warnings *warnings
	// problems is told of a driver's problems beside the user; nil for nobody.
	problems func(diagnostic.List)
	// ending is called with the error and the exit code before a verb ends; nil for
	// verbs that have nothing more to say then.
	ending func(err error, code int)
}

// Terminal says what the output streams are.
type Terminal struct {
	// Color and ErrColor are true when ANSI escapes may be written to Out and to ErrOut.
	Color, ErrColor bool
	// Interactive is true when a user can be asked: In and Out are terminals.
	Interactive bool
	// Size is that of Out in characters; nil when Out is nothing that can be drawn over.
	Size func() (width, height int)
}

// Execute runs the command line and returns its exit code.
func Execute(ctx context.Context, streams genericiooptions.IOStreams, terminal Terminal, args []string) int {
	o := newOptions(streams, terminal)
	root := o.command()
	root.SetArgs(args)
	err := execute(ctx, root)
	if err != nil && ctx.Err() != nil && !decided(err) {
		cmd, _, _ := root.Find(args)
		err = interrupted(cmd)
	}
	code := exitCode(err)
	if o.ending != nil {
		o.ending(err, code)
	}
	if err == nil {
		return ExitOK
	}
	if message := explain(err); message != "" {
		fmt.Fprintln(streams.ErrOut, message)
	}
	return code
}

// stopTimeout bounds how long an interrupted verb may take to let go of what it
// has, its lock for one.
const stopTimeout = 10 * time.Second

// execute runs the command until it ends, or has not stopped in time: some of what
// it calls (discovery, Helm) hears of no context, and a cluster may not answer.
func execute(ctx context.Context, root *cobra.Command) error {
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(stopTimeout):
		return context.Cause(ctx)
	}
}

// NewCommand builds the root command.
func NewCommand(streams genericiooptions.IOStreams, terminal Terminal) *cobra.Command {
	return newOptions(streams, terminal).command()
}

func newOptions(streams genericiooptions.IOStreams, terminal Terminal) *options {
	o := &options{IOStreams: streams, terminal: terminal, warnings: &warnings{out: streams.ErrOut}}
	o.config = genericclioptions.NewConfigFlags(true).WithWrapConfigFn(func(c *rest.Config) *rest.Config {
		c.QPS, c.Burst = clientQPS, clientBurst
		c.WarningHandler = o.warnings
		return warmup.Bridge(c)
	})
	return o
}

// command builds the root command.
func (o *options) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "kubectl-styrmin",
		Short:         "Lifecycle hooks for applications on Kubernetes",
		Long:          "styrmin runs the actions of an application's driver around its Helm release:\npre before it changes, core with it, post after it, in strict order, resumable at every point.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl styrmin"},
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(o.In)
	root.SetOut(o.Out)
	root.SetErr(o.ErrOut)
	root.SetFlagErrorFunc(flagError)
	o.config.AddFlags(root.PersistentFlags())
	root.AddGroup(
		&cobra.Group{ID: groupAuthor, Title: "For driver authors:"},
		&cobra.Group{ID: groupOperator, Title: "For operators:"},
		&cobra.Group{ID: groupAdmin, Title: "For platform admins:"},
	)
	root.AddCommand(
		newInitCommand(o), newValidateCommand(o), newRenderCommand(o), newSchemaCommand(o), newSDKCommand(o), newActionCommand(o), newDriverCommand(o),
		newPlanCommand(o), newSetupCommand(o), newUpgradeCommand(o), newStatusCommand(o), newLogsCommand(o), newUICommand(o),
		newHistoryCommand(o), newAbortCommand(o), newDeleteCommand(o), newReleaseCommand(o), newComponentCommand(o), newEngineCommand(o), newRunnerCommand(o),
		newInstallCommand(o), newUninstallCommand(o), newPrepareCommand(o), newDoctorCommand(o), newVersionCommand(o),
	)
	helpAndCompletion(root)
	usageErrors(root)
	return root
}

// The groups of verbs in the help, by who uses them.
const (
	groupAuthor   = "author"
	groupOperator = "operator"
	groupAdmin    = "admin"
)

// Why a verb ended early.
var (
	errInterrupted       = errors.New("interrupted")
	errRunInterrupted    = errors.New("interrupted; the run goes on when the same command is run again")
	errDeleteInterrupted = errors.New("interrupted; what was deleted stays so, and the same command finishes it")
	errAbortInterrupted  = errors.New("interrupted; an abort that was recorded holds, and the same command finishes it")
)

// interrupted is the error of a verb that the user stopped.
func interrupted(cmd *cobra.Command) error {
	switch engine.Verb(cmd.Name()) {
	case engine.VerbSetup, engine.VerbUpgrade:
		return errRunInterrupted
	case "abort":
		return errAbortInterrupted
	case "delete":
		return errDeleteInterrupted
	}
	return errInterrupted
}
