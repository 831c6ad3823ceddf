package plugin

import (
	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

func newSetupCommand(o *options) *cobra.Command {
	r := &runOptions{options: o, verb: engine.VerbSetup}
	cmd := &cobra.Command{
		Use:     "setup NAME --driver DRIVER",
		Short:   "Create a deployment: run its setup actions around the Helm install",
		Long:    "Create a deployment: validate the driver, freeze the inputs, and run the setup actions in pre,\ncore and post around the Helm install. When it is interrupted or an action fails, the same\ncommand resumes; what succeeded is not run again.",
		GroupID: groupOperator,
		Example: "  kubectl styrmin setup notes -n notes --driver examples/notes --version 1.0.0 --set owner_email=ops@example.org",
		Args:    cobra.ExactArgs(1),
		RunE:    r.runE,
	}
	r.addFlags(cmd.Flags())
	r.addYes(cmd.Flags())
	r.addOutput(cmd.Flags())
	r.cluster.addFlags(cmd.Flags())
	return cmd
}

func (r *runOptions) runE(cmd *cobra.Command, args []string) error {
	r.name, r.again = args[0], again(cmd, args)
	if err := r.beginStream(); err != nil {
		return err
	}
	if err := r.validate(); err != nil {
		return err
	}
	return r.run(cmd.Context())
}
