package plugin

import (
	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

func newUpgradeCommand(o *options) *cobra.Command {
	r := &runOptions{options: o, verb: engine.VerbUpgrade}
	cmd := &cobra.Command{
		Use:     "upgrade NAME",
		Short:   "Move a deployment: run its upgrade actions around the Helm upgrade",
		Long:    "Move a deployment to another application version, driver or set of parameters. What is not\ngiven stays as it is. New parameters alone change the Helm release without running actions.\nWhen it is interrupted or an action fails, the same command resumes.",
		GroupID: groupOperator,
		Example: "  kubectl styrmin upgrade notes -n notes --version 2.0.0\n  # a new driver\n  kubectl styrmin upgrade notes -n notes --driver examples/notes\n  # run the pre actions only, then let another client change the release\n  kubectl styrmin upgrade notes -n notes --version 2.0.0 --until pre",
		Args:    cobra.ExactArgs(1),
		RunE:    r.runE,
	}
	r.addFlags(cmd.Flags())
	r.addYes(cmd.Flags())
	r.addOutput(cmd.Flags())
	r.cluster.addFlags(cmd.Flags())
	return cmd
}
