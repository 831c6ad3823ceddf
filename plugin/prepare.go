package plugin

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

func newPrepareCommand(o *options) *cobra.Command {
	var n install.Namespace
	var output string
	cmd := &cobra.Command{
		Use:   "prepare NAMESPACE",
		Short: "Opt a namespace in: its gate, and the accounts that actions need",
		Long: `Opt a namespace in: create it if need be, give actions a service account that can do what the
primitives need, let the webhook read there, and label it styrmin.io/gate.

What is not given keeps its setting, so the command can be repeated.`,
		Example: "  kubectl styrmin prepare notes\n  kubectl styrmin prepare notes --gate warn --images registry.example.org/actions/",
		GroupID: groupAdmin,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Name = args[0]
			if err := checkName("NAMESPACE", n.Name); err != nil {
				return err
			}
			switch {
			case n.Gate != "" && n.Gate != v1.GateEnforce && n.Gate != v1.GateWarn:
				return usagef("--gate: found %q, expected %s or %s", n.Gate, v1.GateEnforce, v1.GateWarn)
			case n.Drivers != "" && n.Drivers != v1.DriversAny:
				return usagef("--drivers: found %q, expected %s", n.Drivers, v1.DriversAny)
			case output != "" && output != outputYAML:
				return usagef("--output: found %q, expected %s", output, outputYAML)
			case output == outputYAML:
				return o.printNamespace(n)
			}
			return o.prepare(cmd.Context(), n)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&n.Gate, "gate", "", "enforce holds changes of governed releases, warn lets them through with a warning (default enforce).")
	flags.StringVar(&n.Drivers, "drivers", "", "any: accept drivers that are not registered; then evidence is only worth what its author is.")
	flags.StringVar(&n.Images, "images", "", "Prefixes of images that actions may use beside the installed ones, separated by commas; any trusts all.")
	flags.StringVar(&n.Environment, "environment", "", "Names of variables that deployments may set for actions beside ACTION_…, separated by commas; HTTP_*, for one, stands for all that begin so.")
	flags.StringVarP(&output, "output", "o", "", "yaml: print the manifests instead of applying them.")
	return cmd
}

func (o *options) prepare(ctx context.Context, n install.Namespace) error {
	installer, err := o.installer()
	if err != nil {
		return err
	}
	if n, err = n.Keep(ctx, installer.Client); err != nil {
		return err
	}
	objects, err := install.RenderNamespace(n)
	if err != nil {
		return &problemsError{message: err.Error()}
	}
	if err := installer.Apply(ctx, objects); err != nil {
		return err
	}
	gate := n.Gate
	if gate == "" {
		gate = v1.GateEnforce
	}
	fmt.Fprintf(o.Out, "namespace %s is prepared (%s=%s). Next: kubectl styrmin setup NAME -n %s --driver DRIVER\n", n.Name, v1.LabelGate, gate, n.Name)
	return nil
}

func (o *options) printNamespace(n install.Namespace) error {
	objects, err := install.RenderNamespace(n)
	if err != nil {
		return &problemsError{message: err.Error()}
	}
	// Printed, the namespace is one object with everything, ahead of what lies in it.
	last := len(objects) - 1
	objects[0] = objects[last]
	data, err := install.YAML(objects[:last])
	if err != nil {
		return err
	}
	_, err = o.Out.Write(data)
	return err
}
