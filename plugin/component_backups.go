package plugin

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// componentBackups are the flags of `component backups`.
type componentBackups struct {
	componentOptions
	output string
}

// backups is the output of `component backups -o json`.
type backups struct {
	Namespace  string              `json:"namespace"`
	Deployment string              `json:"deployment"`
	Claim      string              `json:"claim"`
	Backups    []components.Backup `json:"backups"`
}

func newComponentBackupsCommand(o *options) *cobra.Command {
	b := &componentBackups{componentOptions: componentOptions{options: o}}
	b.check = func() error { return checkOutput(b.output) }
	cmd := &cobra.Command{
		Use:   "backups NAME [COMPONENT…]",
		Short: "List the backups of a deployment: of which component, when, and how large",
		Long: "List the backups, those in the claim NAME-backups and those that are VolumeSnapshots, of each component\nthe newest first; of all components, or of some. Those of components that the driver does not declare any\n" +
			"more are listed, too. Checksums are not compared: `restore` does that.",
		Example: "  kubectl styrmin component backups notes -n notes\n  kubectl styrmin component backups notes -n notes -o json | jq '[.backups[].bytes] | add'",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := b.validate(args); err != nil {
				return err
			}
			return b.run(cmd.Context())
		},
	}
	cmd.Flags().StringVarP(&b.output, "output", "o", "", "Output format: json or yaml; by default for people.")
	cmd.Flags().DurationVar(&b.timeout, "timeout", 0, "How long to wait (default: as long as it takes).")
	return cmd
}

func (b *componentBackups) run(ctx context.Context) error {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	p, err := b.open(ctx)
	if err != nil {
		return err
	}
	all, err := p.client.Backups(ctx, vaultOf(p.deployment))
	if err != nil {
		return err
	}
	found, err := b.wanted(all, p.declared)
	if err != nil {
		return err
	}
	listed := backups{Namespace: p.deployment.Namespace, Deployment: b.name, Claim: components.BackupClaim(b.name), Backups: found}
	switch {
	case b.output != "":
		return writeObject(b.Out, b.output, listed)
	case len(found) == 0:
		fmt.Fprintf(b.ErrOut, "there are no backups%s in claim %s/%s\n", ofComponents(b.names), listed.Namespace, listed.Claim)
		return nil
	}
	return writeBackups(b.Out, found)
}

// wanted are the backups of the components that are asked for. One without backups must at least be declared.
func (b *componentBackups) wanted(all []components.Backup, declared components.Set) ([]components.Backup, error) {
	of := func(name string) func(components.Backup) bool {
		return func(backup components.Backup) bool { return backup.Component == name }
	}
	for _, name := range b.names {
		if _, err := declared.Pick(name); err != nil && !slices.ContainsFunc(all, of(name)) {
			return nil, err
		}
	}
	if len(b.names) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(backup components.Backup) bool { return !slices.Contains(b.names, backup.Component) }), nil
}

// ofComponents names components in a sentence, if there are any.
func ofComponents(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " of " + strings.Join(names, ", ")
}

// writeBackups prints a line for each backup.
func writeBackups(out io.Writer, found []components.Backup) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "COMPONENT\tNAME\tKIND\tSIZE\tMADE")
	for _, b := range found {
		if b.Damage != "" {
			fmt.Fprintf(table, "%s\t%s\t-\t-\tdamaged: %s\n", b.Component, b.Name, progress.Clean(b.Damage))
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", b.Component, b.Name, progress.Clean(b.Kind), byteCount(b.Bytes), b.MadeAt.UTC().Format(time.RFC3339))
	}
	return table.Flush()
}

// byteCount is a number of bytes in a unit that people can compare.
func byteCount(bytes int64) string {
	const units = "KMGTPE"
	if bytes < 1<<10 {
		return fmt.Sprintf("%d B", bytes)
	}
	size, unit := float64(bytes)/(1<<10), 0
	for size >= 1<<10 && unit < len(units)-1 {
		size, unit = size/(1<<10), unit+1
	}
	return fmt.Sprintf("%.1f %ciB", size, units[unit])
}
