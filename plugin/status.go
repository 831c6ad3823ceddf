package plugin

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/cli-runtime/pkg/printers"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/runner"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// statusOptions are the flags of `status`.
type statusOptions struct {
	*options
	output string
	watch  bool

	// stream is where what happens goes with --watch -o json; else nil.
	stream *progress.Stream
}

func newStatusCommand(o *options) *cobra.Command {
	s := &statusOptions{options: o}
	cmd := &cobra.Command{
		Use:     "status [NAME]",
		Short:   "Show what is deployed and how far its run is",
		GroupID: groupOperator,
		Example: "  kubectl styrmin status -n notes\n  kubectl styrmin status notes -n notes -o yaml\n  # follow a run that somebody else began\n  kubectl styrmin status notes -n notes --watch",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(s.output); err != nil {
				return err
			}
			switch {
			case len(args) == 0 && s.watch:
				return usagef("--watch follows the run of one deployment: name it")
			case len(args) == 0:
				return s.list(cmd.Context())
			}
			if err := s.beginStream(args[0]); err != nil {
				return err
			}
			if err := checkName("NAME", args[0]); err != nil {
				return err
			}
			return s.one(cmd.Context(), args[0])
		},
	}
	cmd.Flags().StringVarP(&s.output, "output", "o", "", "Output format: json or yaml; by default for people.")
	cmd.Flags().BoolVarP(&s.watch, "watch", "w", false, "Follow the run until it ends; the exit code is 1 when it failed or was aborted.")
	return cmd
}

// beginStream sees to it that what happens is told as a stream where --watch -o json
// asks for it.
func (s *statusOptions) beginStream(name string) error {
	switch {
	case !s.watch || s.output == "":
		return nil
	case s.output != "json":
		return usagef("-o %s: expected json with --watch: a run is told as a stream of events, one JSON object a line", s.output)
	}
	s.stream = progress.NewStream(s.Out, s.givenNamespace(), name)
	s.ending = func(err error, code int) { s.stream.End(s.result(err), code, plainMessage(err)) }
	return nil
}

// result is how the run that was followed ended, or why it was not followed to its end.
func (s *statusOptions) result(err error) progress.Result {
	switch run := s.stream.Run(); {
	case !ended(&run):
		return resultOf(err, progress.ResultUnchanged)
	case run.Phase == v1.RunAborted:
		return progress.ResultAborted
	case run.Phase == v1.RunFailed:
		return progress.ResultFailed
	default:
		return progress.ResultSucceeded
	}
}

// deployment reads a deployment of the namespace.
func (c *clients) deployment(ctx context.Context, name string) (*v1.StyrminDeployment, error) {
	var d v1.StyrminDeployment
	err := c.client.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: name}, &d)
	if apierrors.IsNotFound(err) {
		return nil, &problemsError{message: fmt.Sprintf("no StyrminDeployment %s in namespace %s; `kubectl styrmin status -n %s` lists those there are", name, c.namespace, c.namespace)}
	}
	if err != nil {
		return nil, fmt.Errorf("read StyrminDeployment %s/%s: %w", c.namespace, name, err)
	}
	d.SetGroupVersionKind(v1.GroupVersion.WithKind("StyrminDeployment"))
	return &d, nil
}

func (s *statusOptions) list(ctx context.Context) error {
	c, err := s.connect()
	if err != nil {
		return err
	}
	var list v1.StyrminDeploymentList
	if err := c.client.List(ctx, &list, client.InNamespace(c.namespace)); err != nil {
		return fmt.Errorf("list the StyrminDeployments of namespace %s: %w", c.namespace, err)
	}
	list.SetGroupVersionKind(v1.GroupVersion.WithKind("StyrminDeploymentList"))
	if s.output != "" {
		return s.printObject(&list)
	}
	if len(list.Items) == 0 {
		fmt.Fprintf(s.ErrOut, "no StyrminDeployments in namespace %s\n", c.namespace)
		return nil
	}
	table := tabwriter.NewWriter(s.Out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "NAME\tDRIVER\tVERSION\tRUN\tPHASE\tAGE")
	for i := range list.Items {
		d := &list.Items[i]
		version, run, phase := "-", "-", "-"
		if d.Status.Active != nil {
			version = orDash(d.Status.Active.Version)
		}
		if d.Status.Run != nil {
			run, phase = hookName(d.Status.Run.Hook), string(d.Status.Run.Phase)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", d.Name, d.Spec.Driver, version, run, phase, age(d.CreationTimestamp))
	}
	return table.Flush()
}

func (s *statusOptions) one(ctx context.Context, name string) error {
	c, err := s.connect()
	if err != nil {
		return err
	}
	d, err := c.deployment(ctx, name)
	if err != nil {
		return err
	}
	if s.watch {
		return s.follow(ctx, c, d)
	}
	return s.show(ctx, c, d)
}

// show prints a deployment.
func (s *statusOptions) show(ctx context.Context, c *clients, d *v1.StyrminDeployment) error {
	if s.output != "" {
		return s.printObject(d)
	}
	table := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "Deployment:\t%s/%s\n", d.Namespace, d.Name)
	fmt.Fprintf(table, "Driver:\t%s\n", d.Spec.Driver)
	fmt.Fprintf(table, "Release:\t%s\n", d.ReleaseName())
	fmt.Fprintf(table, "Deployed:\t%s\n", deployed(d))
	fmt.Fprintf(table, "Gate:\t%s\n", c.gate(ctx))
	if stopped := c.stopped(ctx, d); stopped != "" {
		fmt.Fprintf(table, "Stopped:\t%s\n", stopped)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	printRun(s.Out, d.Status.Run)
	if c.undriven(ctx, d) {
		fmt.Fprintf(s.Out, "  %s\n", undrivenNote)
	}
	printHistory(s.Out, d.Status.History)
	return nil
}

func (s *statusOptions) printObject(object runtime.Object) error {
	if s.output == "json" {
		return (&printers.JSONPrinter{}).PrintObj(object, s.Out)
	}
	return (&printers.YAMLPrinter{}).PrintObj(object, s.Out)
}

func deployed(d *v1.StyrminDeployment) string {
	active := d.Status.Active
	if active == nil {
		return "nothing yet"
	}
	return fmt.Sprintf("version %s, driver version %s, revision %d, by the last run that succeeded", orDash(active.Version), orDash(active.DriverVersion), active.Revision)
}

func printRun(out io.Writer, run *v1.Run) {
	if run == nil {
		return
	}
	fmt.Fprintf(out, "\nRun %s: %s, %s%s%s\n", run.ID, aim(run), run.Phase, took(run.StartedAt, run.EndedAt), askedBy(run))
	if run.Revision > 0 && run.Phase != v1.RunSucceeded {
		fmt.Fprintf(out, "  The Helm release is at this run's target, as revision %d.\n", run.Revision)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(run.Actions) > 0 {
		fmt.Fprintln(table, "  MODE\tACTION\tSTATE\tATTEMPT\tTOOK")
	}
	for _, a := range run.Actions {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%d\t%s\n", a.Mode, a.Name, a.State, a.Attempt, elapsed(a.StartedAt, a.EndedAt))
	}
	_ = table.Flush()
	if run.Message != "" {
		fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(progress.Clean(run.Message), "\n", "\n  "))
	}
	printFlowRuns(out, run.Actions)
}

// printFlowRuns names the pages of the flow runs that a Prefect server keeps.
func printFlowRuns(out io.Writer, actions []v1.ActionStatus) {
	forwarded := false
	for _, a := range actions {
		if a.FlowRunURL == "" {
			continue
		}
		fmt.Fprintf(out, "  %s in Prefect: %s\n", a.Name, progress.Clean(a.FlowRunURL))
		forwarded = forwarded || strings.HasPrefix(a.FlowRunURL, runner.PrefectPages+"/")
	}
	if forwarded {
		fmt.Fprintln(out, "  (`kubectl styrmin ui` brings the cluster's Prefect server to that address)")
	}
}

func printHistory(out io.Writer, history []v1.RunSummary) {
	if len(history) == 0 {
		return
	}
	fmt.Fprintln(out, "\nHistory:")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  RUN\tHOOK\tVERSION\tREVISION\tRESULT\tAGE")
	for _, run := range history {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%d\t%s\t%s\n", run.ID, hookName(run.Hook), orDash(run.Version), run.Revision, run.Phase, age(run.StartedAt))
	}
	_ = table.Flush()
}

// hookName is what a run did: one that only brings new parameters runs no hook.
func hookName(hook v1.RunHook) string {
	if hook == v1.RunHookNone {
		return "new parameters"
	}
	return string(hook)
}

// aim is what a run does and to which version.
func aim(run *v1.Run) string {
	preposition := " to "
	if run.Hook == v1.RunHookNone {
		preposition = " at "
	}
	return hookName(run.Hook) + preposition + orDash(run.Version)
}

// askedBy is who asked for a run, where it is known.
func askedBy(run *v1.Run) string {
	if run.RequestedBy == "" {
		return ""
	}
	return ", asked for by " + progress.Clean(run.RequestedBy)
}

func age(since metav1.Time) string { return duration.HumanDuration(time.Since(since.Time)) }

func took(started metav1.Time, ended *metav1.Time) string {
	if ended == nil {
		return fmt.Sprintf(", for %s so far", age(started))
	}
	return fmt.Sprintf(", after %s", elapsed(&started, ended))
}

func elapsed(started, ended *metav1.Time) string {
	switch {
	case started == nil:
		return "-"
	case ended == nil:
		return age(*started) + " so far"
	default:
		return duration.HumanDuration(ended.Sub(started.Time))
	}
}
