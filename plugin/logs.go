package plugin

import (
	"bufio"
	"context"
	"fmt"
	"sort"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// logsOptions are the flags of `logs`.
type logsOptions struct {
	*options
	name   string
	action string
	run    string
	follow bool
}

func newLogsCommand(o *options) *cobra.Command {
	l := &logsOptions{options: o}
	cmd := &cobra.Command{
		Use:     "logs NAME [ACTION]",
		Short:   "Print what the actions of the current or last run printed",
		GroupID: groupOperator,
		Example: "  kubectl styrmin logs notes -n notes\n  kubectl styrmin logs notes smoke_test -n notes -f",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			l.name = args[0]
			if len(args) > 1 {
				l.action = args[1]
			}
			if err := l.validate(); err != nil {
				return err
			}
			return l.print(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&l.run, "run", "", "The run's ID (default: the current or last run).")
	cmd.Flags().BoolVarP(&l.follow, "follow", "f", false, "Go on until the actions end.")
	return cmd
}

// validate checks what becomes a label selector.
func (l *logsOptions) validate() error {
	if len(validation.IsValidLabelValue(jobs.Slug(l.action))) > 0 {
		return usagef("ACTION: found %q, expected an action's name, as `kubectl styrmin status %s` lists them", l.action, l.name)
	}
	if len(validation.IsValidLabelValue(l.run)) > 0 {
		return usagef("--run: found %q, expected a run's ID, as `kubectl styrmin status %s` lists them", l.run, l.name)
	}
	return checkName("NAME", l.name)
}

func (l *logsOptions) print(ctx context.Context) error {
	c, err := l.connect()
	if err != nil {
		return err
	}
	deployment, err := c.deployment(ctx, l.name)
	if err != nil {
		return err
	}
	pods, err := l.pods(ctx, c, deployment)
	if err != nil {
		return err
	}
	for i := range pods {
		if err := l.printPod(ctx, c, &pods[i]); err != nil {
			return err
		}
	}
	return nil
}

// pods finds the run's pods, oldest first.
func (l *logsOptions) pods(ctx context.Context, c *clients, deployment *v1.StyrminDeployment) ([]corev1.Pod, error) {
	run := l.run
	if run == "" && deployment.Status.Run != nil {
		run = deployment.Status.Run.ID
	}
	if run == "" {
		return nil, &problemsError{message: fmt.Sprintf("StyrminDeployment %s/%s has had no run", c.namespace, l.name)}
	}
	set := labels.Set{v1.LabelDeployment: l.name, v1.LabelRun: run}
	if l.action != "" {
		set[v1.LabelAction] = jobs.Slug(l.action)
	}
	list, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{LabelSelector: set.String()})
	if err != nil {
		return nil, fmt.Errorf("list the pods of run %s: %w", run, err)
	}
	if len(list.Items) == 0 {
		return nil, &problemsError{message: fmt.Sprintf("run %s has no pods of %s; `kubectl styrmin status %s` shows what ran", run, l.what(), l.name)}
	}
	sort.Slice(list.Items, func(i, j int) bool {
		return list.Items[i].CreationTimestamp.Before(&list.Items[j].CreationTimestamp)
	})
	return list.Items, nil
}

func (l *logsOptions) what() string {
	if l.action == "" {
		return "any action"
	}
	return "action " + l.action
}

func (l *logsOptions) printPod(ctx context.Context, c *clients, pod *corev1.Pod) error {
	options := &corev1.PodLogOptions{Container: jobs.ActionContainer, Follow: l.follow}
	body, err := c.kube.CoreV1().Pods(c.namespace).GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return fmt.Errorf("read the log of pod %s: %w", pod.Name, err)
	}
	defer func() { _ = body.Close() }()
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			fmt.Fprintf(l.Out, "%s | %s", pod.Labels[v1.LabelAction], line)
		}
		if err != nil {
			return nil //nolint:nilerr // the end of the log, also when its pod goes away
		}
	}
}
