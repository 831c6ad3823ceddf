package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/plan"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/plugin/preview"
)

// planOptions are the flags of `plan`: those of `setup` and `upgrade`, and how to show it.
type planOptions struct {
	runOptions
	output string
}

func newPlanCommand(o *options) *cobra.Command {
	p := &planOptions{runOptions: runOptions{options: o}}
	cmd := &cobra.Command{
		Use:   "plan NAME",
		Short: "Show what setup or upgrade would do, changing nothing",
		Long: "Show what setup or upgrade would do with the same flags, changing nothing: which of the two\nit is and why, the actions of each mode and which of them are skipped, in what the Helm\nrelease would differ, and what the gate holds now. Values of Secrets are hidden.\n\n" +
			"The exit code is 0 when nothing would change, 1 when something would, 2 when the command\nline is wrong, and 3 for every other error, bad input too.",
		GroupID: groupOperator,
		Example: "  kubectl styrmin plan notes -n notes --version 2.0.0\n  # before the first setup\n  kubectl styrmin plan notes -n notes --driver examples/notes --set owner_email=ops@example.org\n  # for programs\n  kubectl styrmin plan notes -n notes --version 2.0.0 -o json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.run(cmd, args); err != nil {
				return &comparisonError{err}
			}
			return nil
		},
	}
	p.addFlags(cmd.Flags())
	cmd.Flags().StringVarP(&p.output, "output", "o", "", "Output format: json or yaml; by default for people.")
	return cmd
}

func (p *planOptions) run(cmd *cobra.Command, args []string) error {
	p.name = args[0]
	if p.output != "" && p.output != "json" && p.output != "yaml" {
		return usagef("-o %s: expected json or yaml", p.output)
	}
	if err := p.validate(); err != nil {
		return err
	}
	e, prepared, err := p.prepare(cmd.Context())
	if err != nil {
		return err
	}
	planned, err := plan.Make(cmd.Context(), e, prepared)
	if err != nil {
		return err
	}
	command := commandLine(fmt.Sprintf("%s %s", cmd.Parent().CommandPath(), planned.Verb), cmd, args, "output")
	if err := p.show(planned, command); err != nil {
		return err
	}
	if planned.Changes {
		return errChanges
	}
	return nil
}

func (p *planOptions) show(planned *plan.Plan, command string) error {
	switch p.output {
	case "json":
		return writeJSON(p.Out, planned)
	case "yaml":
		text, err := yaml.Marshal(planned)
		if err != nil {
			return err
		}
		_, err = p.Out.Write(text)
		return err
	default:
		return preview.Write(p.Out, planned, preview.Options{Color: p.terminal.Color, Command: command})
	}
}

// writeJSON writes a value for programs, and leaves the signs of a diff as they are.
func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// decideVerb finds out which verb fits what is deployed: `upgrade` moves it,
// `setup` begins where nothing is.
func (r *runOptions) decideVerb(ctx context.Context, e *engine.Engine, c *clients) error {
	stored := v1.StyrminDeployment{}
	stored.Name, stored.Namespace = r.name, c.namespace
	err := c.client.Get(ctx, client.ObjectKeyFromObject(&stored), &stored)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("read StyrminDeployment %s/%s: %w", c.namespace, r.name, err)
	}
	release := r.release
	if release == "" {
		release = stored.ReleaseName()
	}
	revisions, err := e.Helm.History(ctx, release)
	if err != nil {
		return err
	}
	r.verb = engine.VerbUpgrade
	if lifecycle.NewestDeployed(revisions) != nil {
		return nil
	}
	r.verb = engine.VerbSetup
	if r.driver == "" {
		return &problemsError{message: fmt.Sprintf("nothing is deployed as %s in namespace %s, so this is about a setup\nGive what `kubectl styrmin setup %s` needs: --driver, a directory or the name of a registered driver, and parameters", r.name, c.namespace, r.name)}
	}
	return nil
}
