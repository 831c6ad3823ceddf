package plugin

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/output"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// logsOptions are the flags of `logs`.
type logsOptions struct {
	*options
	name   string
	action string
	run    string
	follow bool
	tail   int64

	// lines writes what actions printed.
	lines *logLines
}

func newLogsCommand(o *options) *cobra.Command {
	l := &logsOptions{options: o}
	cmd := &cobra.Command{
		Use:     "logs NAME [ACTION]",
		Short:   "Print what the actions of a run printed",
		Long:    "Print what the actions of the current or last run printed, or of another run of the history, each\nline behind its action and, from the second on, the attempt. Of an attempt whose pod is gone, only\nthe end of its output was kept; a line on stderr says so.\n\nWith -f, actions that begin later are followed, too, until the run ends; lines of actions that run\nin parallel come as they are printed.",
		GroupID: groupOperator,
		Example: "  kubectl styrmin logs notes -n notes\n  kubectl styrmin logs notes smoke_test -n notes -f\n  kubectl styrmin logs notes -n notes --tail 20\n  # an earlier run; `kubectl styrmin history notes` lists them\n  kubectl styrmin logs notes -n notes --run x7k2m9qd",
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
	cmd.Flags().Int64Var(&l.tail, "tail", -1, "Print at most so many of the last lines of each attempt (default: all).")
	cmd.Flags().BoolVarP(&l.follow, "follow", "f", false, "Go on until the run ends, or the given action.")
	return cmd
}

// validate checks the command line, among it what becomes a label selector.
func (l *logsOptions) validate() error {
	if l.tail < -1 {
		return usagef("--tail %d: expected a number of lines", l.tail)
	}
	if len(validation.IsValidLabelValue(jobs.Slug(l.action))) > 0 {
		return usagef("ACTION: found %q, expected an action's name, as `kubectl styrmin status %s` lists them", l.action, l.name)
	}
	if len(validation.IsValidLabelValue(l.run)) > 0 {
		return usagef("--run: found %q, expected a run's ID, as `kubectl styrmin history %s` lists them", l.run, l.name)
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
	recorded := deployment.Status.Run
	if l.run == "" && recorded != nil {
		l.run = recorded.ID
	}
	if l.run == "" {
		return &problemsError{message: fmt.Sprintf("StyrminDeployment %s/%s has had no run", c.namespace, l.name)}
	}
	current := recorded != nil && recorded.ID == l.run
	l.lines = &logLines{out: l.Out, clean: l.terminal.Size != nil, run: l.run}
	if current {
		l.lines.learn(recorded)
	}
	if l.follow && current && !l.over(recorded) {
		return l.followRun(ctx, c, deployment)
	}
	return l.printEnded(ctx, c)
}

// printEnded prints what there is by now.
func (l *logsOptions) printEnded(ctx context.Context, c *clients) error {
	pods, err := l.pods(ctx, c)
	if err != nil {
		return err
	}
	kept, err := l.kept(ctx, c, pods)
	if err != nil {
		return err
	}
	if len(pods)+len(kept) == 0 {
		return &problemsError{message: fmt.Sprintf("run %s has no output of %s; `kubectl styrmin status %s -n %s` shows what ran", l.run, l.what(), l.name, c.namespace)}
	}
	for _, log := range kept {
		l.printKept(log)
	}
	for i := range pods {
		if err := l.printPod(ctx, c, &pods[i]); err != nil {
			return err
		}
	}
	return nil
}

// selector finds the run's pods, or those of the action.
func (l *logsOptions) selector() string {
	set := labels.Set{v1.LabelDeployment: l.name, v1.LabelRun: l.run}
	if l.action != "" {
		set[v1.LabelAction] = jobs.Slug(l.action)
	}
	return set.String()
}

// pods finds the run's pods, oldest first.
func (l *logsOptions) pods(ctx context.Context, c *clients) ([]corev1.Pod, error) {
	list, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{LabelSelector: l.selector()})
	if err != nil {
		return nil, fmt.Errorf("list the pods of run %s: %w", l.run, err)
	}
	sort.Slice(list.Items, func(i, j int) bool {
		return list.Items[i].CreationTimestamp.Before(&list.Items[j].CreationTimestamp)
	})
	return list.Items, nil
}

// kept finds what was kept of attempts whose pods are gone, oldest first.
func (l *logsOptions) kept(ctx context.Context, c *clients, pods []corev1.Pod) ([]output.Kept, error) {
	all, err := output.Load(ctx, c.kube, c.namespace, l.run)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(log output.Kept) bool {
		_, attempt, ok := jobs.ParseName(log.Job, l.run)
		there := slices.ContainsFunc(pods, func(pod corev1.Pod) bool { return pod.Labels[batchv1.JobNameLabel] == log.Job })
		return there || !ok || l.action != "" && jobs.Name(l.run, l.action, attempt) != log.Job
	}), nil
}

func (l *logsOptions) what() string {
	if l.action == "" {
		return "any action"
	}
	return "action " + l.action
}

// printKept prints the end of an output, and says that it is no more than that.
func (l *logsOptions) printKept(log output.Kept) {
	fmt.Fprintf(l.ErrOut, "%s: its pod is gone; this is the end of its output, which was kept\n", l.lines.title(log.Job))
	lines := slices.Collect(strings.Lines(log.Text))
	if l.tail >= 0 && l.tail < int64(len(lines)) {
		lines = lines[int64(len(lines))-l.tail:]
	}
	for _, line := range lines {
		l.lines.write(log.Job, line)
	}
}

// printPod prints what a pod has printed so far.
func (l *logsOptions) printPod(ctx context.Context, c *clients, pod *corev1.Pod) error {
	job := pod.Labels[batchv1.JobNameLabel]
	if !jobs.Started(pod) {
		fmt.Fprintf(l.ErrOut, "%s: its pod %s has printed nothing, because it has not started\n", l.lines.title(job), pod.Name)
		return nil
	}
	return l.read(ctx, c, pod, false)
}

// read prints a pod's output, with follow until the pod ends.
func (l *logsOptions) read(ctx context.Context, c *clients, pod *corev1.Pod, follow bool) error {
	options := &corev1.PodLogOptions{Container: jobs.ActionContainer, Follow: follow}
	if l.tail >= 0 {
		options.TailLines = &l.tail
	}
	body, err := c.kube.CoreV1().Pods(c.namespace).GetLogs(pod.Name, options).Stream(ctx)
	if err != nil {
		return fmt.Errorf("read the log of pod %s: %w", pod.Name, err)
	}
	defer func() { _ = body.Close() }()
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			l.lines.write(pod.Labels[batchv1.JobNameLabel], jobs.CutLineTag(line, pod.Labels[v1.LabelRun]))
		}
		if err != nil {
			return nil //nolint:nilerr // the end of the log, also when its pod goes away
		}
	}
}
