package plugin

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// componentLogs are the flags of `component logs`.
type componentLogs struct {
	componentOptions
	logs components.LogsOptions
}

func newComponentLogsCommand(o *options) *cobra.Command {
	l := &componentLogs{componentOptions: componentOptions{options: o}}
	l.check = func() error {
		switch {
		case l.logs.AllPods && (l.logs.Pod != "" || l.logs.Follow):
			return usagef("--all-pods goes neither with --pod nor with --follow")
		case l.logs.TailLines < 0 || l.logs.Since < 0:
			return usagef("--tail and --since: expected a number above 0")
		}
		return nil
	}
	cmd := &cobra.Command{
		Use:     "logs NAME COMPONENT",
		Short:   "Print what a component's newest pod printed",
		Example: "  kubectl styrmin component logs notes worker -n notes --tail 50\n  # of a container that crashes\n  kubectl styrmin component logs notes worker -n notes --previous",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := l.validate(args); err != nil {
				return err
			}
			return l.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&l.logs.Pod, "pod", "", "The pod (default: the newest one).")
	f.BoolVar(&l.logs.AllPods, "all-pods", false, "Print those of every pod, one after the other.")
	f.StringVarP(&l.logs.Container, "container", "c", "", "The container (default: the pod's default one).")
	f.Int64Var(&l.logs.TailLines, "tail", 0, "How many lines, from the end (default: all).")
	f.DurationVar(&l.logs.Since, "since", time.Duration(0), "Leave out what is older, such as 10m.")
	f.BoolVarP(&l.logs.Previous, "previous", "p", false, "What the container printed before it was started again.")
	f.BoolVarP(&l.logs.Follow, "follow", "f", false, "Go on until the container ends.")
	return cmd
}

func (l *componentLogs) run(ctx context.Context) error {
	p, err := l.open(ctx)
	if err != nil {
		return err
	}
	picked, err := p.declared.Pick(l.names...)
	if err != nil {
		return err
	}
	l.logs.Output = l.Out
	_, err = p.client.Logs(ctx, picked[0], l.logs)
	return err
}
