package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/styrmin/kubectl-styrmin/pkg/doctor"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// doctorOptions are the flags of `doctor`.
type doctorOptions struct {
	*options
	output string
}

func newDoctorCommand(o *options) *cobra.Command {
	d := &doctorOptions{options: o}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what is installed in the cluster, and explain each finding",
		Long: `Check a cluster: what is installed and whether it is as this version would install it, whether the
webhook answers and is trusted, which namespaces opted in and what they lack, what opens the gate or
goes round it, and what somebody left behind. Each finding says what was found, why it matters, and
what to do next.

Nothing is changed: what is tried, is tried as a dry run. It is meant for platform admins; what you
may not read is a warning. The exit code is 1 when there is a problem; warnings do not count.`,
		GroupID: groupAdmin,
		Example: "  kubectl styrmin doctor\n  kubectl styrmin doctor -o json | jq '.findings[] | select(.level != \"ok\")'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkOutput(d.output); err != nil {
				return err
			}
			return d.run(cmd.Context())
		},
	}
	cmd.Flags().StringVarP(&d.output, "output", "o", "", "Output format: json or yaml; by default for people.")
	return cmd
}

func (d *doctorOptions) run(ctx context.Context) error {
	c, err := d.connect()
	if err != nil {
		return err
	}
	report, err := doctor.Doctor{Client: c.client, Kube: c.kube, Namespace: c.namespace, Version: Version}.Examine(ctx)
	if err != nil {
		return err
	}
	if err := d.show(report); err != nil {
		return err
	}
	if report.Summary.Problems > 0 {
		return &problemsError{message: report.Summary.String(), shown: true}
	}
	return nil
}

func (d *doctorOptions) show(report doctor.Report) error {
	switch d.output {
	case "json":
		encoder := json.NewEncoder(d.Out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(report)
	case "yaml":
		data, err := yaml.Marshal(report)
		_, _ = d.Out.Write(data)
		return err
	}
	writeReport(d.Out, report)
	return nil
}

// writeReport prints what is fine in a line, and explains the rest below it.
func writeReport(out io.Writer, report doctor.Report) {
	const row = "%-8s %-23s %s\n"
	for _, f := range report.Findings {
		fmt.Fprintf(out, row, f.Level, f.Check, indented(f.Found))
		if f.Why != "" {
			fmt.Fprintf(out, row, "", "", indented(f.Why))
		}
		if f.Next != "" {
			fmt.Fprintf(out, row, "", "", "Next: "+indented(f.Next))
		}
	}
	fmt.Fprintln(out, report.Summary)
}

// indented keeps what spans lines in its column.
func indented(text string) string {
	return strings.ReplaceAll(progress.Clean(text), "\n", "\n"+strings.Repeat(" ", 33))
}
