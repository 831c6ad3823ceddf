package plugin

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// componentDeleteBackup are the flags of `component delete-backup`.
type componentDeleteBackup struct {
	componentOptions
	backups []string
	yes     bool
}

func newComponentDeleteBackupCommand(o *options) *cobra.Command {
	d := &componentDeleteBackup{componentOptions: componentOptions{options: o}}
	d.check = d.checkNames
	cmd := &cobra.Command{
		Use:   "delete-backup NAME COMPONENT",
		Short: "Delete backups of a component, by their names",
		Long: "Delete backups of a component, by their names, which `component backups` lists. The claim NAME-backups\nstays; VolumeSnapshots go. The component need not be declared by the driver any more. When one of the\n" +
			"backups cannot be deleted, those before it are gone.",
		Example: "  kubectl styrmin component delete-backup notes database --name before-2.0.0 -n notes\n" +
			"  kubectl styrmin component delete-backup notes database --name before-1.1.0 --name before-1.2.0 --yes -n notes",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := d.validate(args); err != nil {
				return err
			}
			return d.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&d.backups, "name", nil, "The backup to delete; may be repeated. Required.")
	f.BoolVarP(&d.yes, "yes", "y", false, "Begin without asking, as always without a terminal.")
	f.DurationVar(&d.timeout, "timeout", 0, "How long to wait (default: as long as it takes).")
	return cmd
}

func (d *componentDeleteBackup) checkNames() error {
	if len(d.backups) == 0 {
		return usagef("--name is missing; expected the name of the backup to delete")
	}
	for _, name := range d.backups {
		if err := vault.CheckName("--name", name); err != nil {
			return usagef("%v", err)
		}
	}
	if err := vault.CheckName("COMPONENT", d.names[0]); err != nil {
		return usagef("%v", err)
	}
	return nil
}

func (d *componentDeleteBackup) run(ctx context.Context) error {
	ctx, cancel := d.bounded(ctx)
	defer cancel()
	p, err := d.open(ctx)
	if err != nil {
		return err
	}
	if agreed, err := d.agree(ctx); err != nil || !agreed {
		return err
	}
	if err := p.client.DeleteBackups(ctx, vaultOf(p.deployment), d.names[0], d.backups...); err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "%s: deleted %s\n", d.names[0], strings.Join(d.backups, ", "))
	return nil
}

// agree asks whether the backups may go. To say no is no error.
func (d *componentDeleteBackup) agree(ctx context.Context) (agreed bool, err error) {
	if d.yes || !d.terminal.Interactive {
		return true, nil
	}
	for _, name := range d.backups {
		fmt.Fprintf(d.Out, "Backup %s of %s is deleted for ever.\n", name, d.names[0])
	}
	if agreed, err = confirm(ctx, d.In, d.Out); err == nil && !agreed {
		fmt.Fprintln(d.Out, "nothing was deleted")
	}
	return agreed, err
}
