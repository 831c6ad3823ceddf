package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// historyOptions are the flags of `history`.
type historyOptions struct {
	*options
	output string
}

// history is the output of `history -o json`; docs/cli.md documents it.
type history struct {
	Namespace  string          `json:"namespace"`
	Deployment string          `json:"deployment"`
	Runs       []v1.RunSummary `json:"runs"`
}

func newHistoryCommand(o *options) *cobra.Command {
	h := &historyOptions{options: o}
	cmd := &cobra.Command{
		Use:     "history NAME",
		Short:   "List a deployment's runs: what, who, when, how long, and how they ended",
		Long:    fmt.Sprintf("List a deployment's runs, the newest first: the current one or last one, and up to %d before it.", v1.HistoryLimit),
		GroupID: groupOperator,
		Example: "  kubectl styrmin history notes -n notes\n  kubectl styrmin history notes -n notes -o json | jq '.runs[] | select(.phase == \"Failed\")'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(h.output); err != nil {
				return err
			}
			if err := checkName("NAME", args[0]); err != nil {
				return err
			}
			return h.run(cmd.Context(), args[0])
		},
	}
	cmd.Flags().StringVarP(&h.output, "output", "o", "", "Output format: json or yaml; by default for people.")
	return cmd
}

// checkOutput accepts the formats of the verbs that show objects.
func checkOutput(format string) error {
	if format != "" && format != "json" && format != "yaml" {
		return usagef("-o %s: expected json or yaml", format)
	}
	return nil
}

func (h *historyOptions) run(ctx context.Context, name string) error {
	c, err := h.connect()
	if err != nil {
		return err
	}
	d, err := c.deployment(ctx, name)
	if err != nil {
		return err
	}
	runs := history{Namespace: d.Namespace, Deployment: d.Name, Runs: d.Status.History}
	if d.Status.Run != nil {
		runs.Runs = append([]v1.RunSummary{d.Status.Run.Summary()}, runs.Runs...)
	}
	if runs.Runs == nil {
		runs.Runs = []v1.RunSummary{}
	}
	return h.show(runs)
}

func (h *historyOptions) show(runs history) error {
	switch {
	case h.output != "":
		return writeObject(h.Out, h.output, runs)
	case len(runs.Runs) == 0:
		fmt.Fprintf(h.ErrOut, "StyrminDeployment %s/%s has had no run\n", runs.Namespace, runs.Deployment)
		return nil
	}
	return writeHistory(h.Out, runs.Runs)
}

// writeObject prints an object in a format that checkOutput accepts.
func writeObject(out io.Writer, format string, object any) error {
	if format == "yaml" {
		data, err := yaml.Marshal(object)
		_, _ = out.Write(data)
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(object)
}

// writeHistory prints a line for each run.
func writeHistory(out io.Writer, runs []v1.RunSummary) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "RUN\tHOOK\tVERSION\tDRIVER\tINSTANCE\tBY\tSTARTED\tTOOK\tRESULT")
	for i, run := range runs {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.12s\t%s\t%s\t%s\t%s\n",
			run.ID, hookName(run.Hook), versions(run), orDash(run.DriverVersion), run.Instance, progress.Clean(orDash(run.RequestedBy)),
			run.StartedAt.UTC().Format(time.RFC3339), runTime(run, i == 0), progress.Clean(outcome(run, i == 0)))
	}
	return table.Flush()
}

// versions is from which application version to which a run went.
func versions(run v1.RunSummary) string {
	if run.FromVersion == "" || run.FromVersion == run.Version {
		return orDash(run.Version)
	}
	return run.FromVersion + " → " + orDash(run.Version)
}

// runTime is how long a run took. One that another run has followed does not go
// on, and when its engine stopped is not known.
func runTime(run v1.RunSummary, newest bool) string {
	if run.EndedAt == nil && !newest {
		return "-"
	}
	return elapsed(&run.StartedAt, run.EndedAt)
}

// outcome is how a run ended, in few words.
func outcome(run v1.RunSummary, newest bool) string {
	switch run.Phase {
	case v1.RunSucceeded:
		return "succeeded"
	case v1.RunAborted:
		return "aborted" + abortedBy(run.Abort)
	case v1.RunFailed:
		return "failed: " + blame(run)
	}
	at := strings.ToLower(string(run.Phase))
	switch {
	case run.PausedAfter != "" && newest:
		return fmt.Sprintf("paused after %s", run.PausedAfter)
	case newest:
		return "not over, in " + at
	default:
		return "left in " + at
	}
}

func abortedBy(abort *v1.Abort) string {
	if abort == nil {
		return ""
	}
	words := ""
	if abort.By != "" {
		words = " by " + abort.By
	}
	if abort.Reason != "" {
		words += ": " + abort.Reason
	}
	return words
}

// blame names the actions that failed, and else begins the run's own message.
func blame(run v1.RunSummary) string {
	if len(run.FailedActions) > 0 {
		return strings.Join(run.FailedActions, ", ")
	}
	const room = 60
	first, _, more := strings.Cut(strings.TrimPrefix(run.Message, "the run failed in "), "\n")
	if runes := []rune(first); len(runes) > room {
		first, more = string(runes[:room]), true
	}
	if more {
		first += "…"
	}
	return first
}
