package plugin

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// componentScaling is a verb that changes or awaits the pods of components.
type componentScaling struct {
	componentOptions
	do func(*components.Client, context.Context, ...components.Component) error
	// done is what can be said of the components in the end.
	done string
}

func newComponentStopCommand(o *options) *cobra.Command {
	s := &componentScaling{do: (*components.Client).Stop, done: "stopped"}
	return s.command(o, &cobra.Command{
		Use:   "stop",
		Short: "Scale components to nothing and wait until their pods are gone",
		Long: "Scale components to nothing and wait until their pods are gone. The replica counts are recorded on\nthe workloads, for `start` to restore. CronJobs are suspended, and their running jobs come to their\n" +
			"end; DaemonSets are kept off every node; autoscalers that would start a workload again are paused.",
		Example: "  kubectl styrmin component stop notes worker -n notes",
	})
}

func newComponentStartCommand(o *options) *cobra.Command {
	s := &componentScaling{do: (*components.Client).Start, done: "started, all pods are ready"}
	return s.command(o, &cobra.Command{
		Use:     "start",
		Short:   "Scale components to what they were and wait until their pods are ready",
		Example: "  kubectl styrmin component start notes worker -n notes",
	})
}

func newComponentRestartCommand(o *options) *cobra.Command {
	s := &componentScaling{do: (*components.Client).Restart, done: "restarted, all pods are ready"}
	return s.command(o, &cobra.Command{
		Use:   "restart",
		Short: "Replace the pods of components, in each workload's own way of updating them",
		Long: "Replace the pods of components, in each workload's own way of updating them, and wait until the new\nones are ready. Where only a deletion replaces pods, one after the other is evicted, within disruption\n" +
			"budgets. What is stopped stays stopped.",
		Example: "  kubectl styrmin component restart notes server worker -n notes",
	})
}

func newComponentScaleCommand(o *options) *cobra.Command {
	replicas := int32(-1)
	s := &componentScaling{done: "scaled, all pods are ready"}
	s.do = func(c *components.Client, ctx context.Context, picked ...components.Component) error {
		return c.Scale(ctx, replicas, picked...)
	}
	s.check = func() error {
		if replicas < 0 {
			return usagef("--replicas: expected a number of pods, such as 3")
		}
		if replicas == 0 {
			s.done = "stopped"
		}
		return nil
	}
	cmd := s.command(o, &cobra.Command{
		Use:     "scale",
		Short:   "Set the replica count of components and wait until their pods are ready",
		Long:    "Set the replica count of components and wait until their pods are ready. A count of 0 is a stop. What\nan autoscaler counts is not scaled by hand.",
		Example: "  kubectl styrmin component scale notes worker --replicas 3 -n notes",
	})
	cmd.Flags().Int32Var(&replicas, "replicas", replicas, "How many pods each workload shall have.")
	return cmd
}

func newComponentWaitCommand(o *options) *cobra.Command {
	state := "ready"
	s := &componentScaling{done: "all pods are ready", do: (*components.Client).Ready}
	s.check = func() error {
		switch state {
		case "ready":
		case "stopped":
			s.done, s.do = "no pods are left", (*components.Client).Gone
		default:
			return usagef("--for: found %q, expected ready or stopped", state)
		}
		return nil
	}
	cmd := s.command(o, &cobra.Command{
		Use:     "wait",
		Short:   "Wait until the pods of components are ready, or gone",
		Example: "  kubectl styrmin component wait notes server -n notes\n  kubectl styrmin component wait notes worker --for stopped -n notes",
	})
	cmd.Flags().StringVar(&state, "for", state, "What to wait for: ready or stopped.")
	return cmd
}

// command completes a verb.
func (s *componentScaling) command(o *options, cmd *cobra.Command) *cobra.Command {
	s.options = o
	cmd.Use += " NAME COMPONENT…"
	cmd.Args = cobra.MinimumNArgs(2)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := s.validate(args); err != nil {
			return err
		}
		return s.run(cmd.Context())
	}
	cmd.Flags().DurationVar(&s.timeout, "timeout", components.DefaultTimeout, "How long to wait for the pods.")
	return cmd
}

func (s *componentScaling) run(ctx context.Context) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	p, err := s.open(ctx)
	if err != nil {
		return err
	}
	picked, err := p.declared.Pick(s.names...)
	if err != nil {
		return err
	}
	if err := s.do(p.client, ctx, picked...); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s: %s\n", strings.Join(s.names, ", "), s.done)
	return nil
}
