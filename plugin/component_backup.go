package plugin

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// componentBackup is what `component backup` and `component restore` share.
type componentBackup struct {
	componentOptions
	backup string
	yes    bool
	do     func(context.Context, *components.Client, components.Component, components.BackupOptions) error
}

func newComponentBackupCommand(o *options) *cobra.Command {
	b := &componentBackup{componentOptions: componentOptions{options: o}, yes: true}
	b.do = func(ctx context.Context, c *components.Client, component components.Component, opts components.BackupOptions) error {
		made, err := c.Backup(ctx, component, opts)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.Out, "%s: %s, %s, %d bytes, made %s\n", made.Component, made.Location, made.Kind, made.Bytes, made.MadeAt.UTC().Format(time.RFC3339))
		return nil
	}
	return b.command(&cobra.Command{
		Use:   "backup",
		Short: "Back components up as their driver says",
		Long: "Back components up as `backup` of each in the driver says: by the dump program in its own container, into\nthe claim NAME-backups, which is made when it is not there; or, of the kind disk, by VolumeSnapshots of its\n" +
			"claims, as if the power had failed, unless it is stopped before. A backup of that name which is whole is\nleft as it is. Nothing deletes backups by itself: `component delete-backup` does, and whoever deletes the\n" +
			"claim, the snapshots or the namespace.",
		Example: "  kubectl styrmin component backup notes database --name before-2.0.0 -n notes",
	})
}

func newComponentRestoreCommand(o *options) *cobra.Command {
	b := &componentBackup{componentOptions: componentOptions{options: o}}
	b.do = func(ctx context.Context, c *components.Client, component components.Component, opts components.BackupOptions) error {
		if err := c.Restore(ctx, component, opts); err != nil {
			return err
		}
		fmt.Fprintf(o.Out, "%s: restored from %s\n", component.Name, opts.Name)
		return nil
	}
	cmd := b.command(&cobra.Command{
		Use:   "restore",
		Short: "Bring components back to a backup; what they have written since is lost",
		Long: "Bring components back to a backup. The checksum of a dump is compared first. What was written since is\nlost. What uses a database should be stopped meanwhile. PostgreSQL is restored in one transaction; a\n" +
			"MariaDB restore that breaks off leaves a part, and is to be repeated. Of the kind disk, the component is\nstopped, its claims are replaced by ones from the snapshots, and it is started if it ran; the volumes that\n" +
			"they had are kept, and told. A restore that breaks off is to be repeated, and goes on where it was.",
		Example: "  kubectl styrmin component restore notes database --name before-2.0.0 -n notes",
	})
	cmd.Flags().BoolVarP(&b.yes, "yes", "y", false, "Begin without asking, as always without a terminal.")
	return cmd
}

// command completes a verb.
func (b *componentBackup) command(cmd *cobra.Command) *cobra.Command {
	b.check = func() error {
		if err := vault.CheckName("--name", b.backup); err != nil {
			return usagef("%v", err)
		}
		return nil
	}
	cmd.Use += " NAME COMPONENT…"
	cmd.Args = cobra.MinimumNArgs(2)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := b.validate(args); err != nil {
			return err
		}
		return b.run(cmd.Context())
	}
	cmd.Flags().StringVar(&b.backup, "name", "", "What the backup is called, before-2.0.0 for one. Required.")
	cmd.Flags().DurationVar(&b.timeout, "timeout", 0, "How long to wait (default: as long as it takes).")
	return cmd
}

func (b *componentBackup) run(ctx context.Context) error {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	p, err := b.open(ctx)
	if err != nil {
		return err
	}
	picked, err := p.declared.Pick(b.names...)
	if err != nil {
		return err
	}
	if agreed, err := b.agree(ctx); err != nil || !agreed {
		return err
	}
	opts := components.BackupOptions{Name: b.backup, Vault: vaultOf(p.deployment)}
	for _, component := range picked {
		if err := b.do(ctx, p.client, component, opts); err != nil {
			return err
		}
	}
	return nil
}

// agree asks whether what was written since the backup may be lost. To say no is no error.
func (b *componentBackup) agree(ctx context.Context) (agreed bool, err error) {
	if b.yes || !b.terminal.Interactive {
		return true, nil
	}
	fmt.Fprintf(b.Out, "All that %s has written since backup %s is lost.\n", strings.Join(b.names, ", "), b.backup)
	if agreed, err = confirm(ctx, b.In, b.Out); err == nil && !agreed {
		fmt.Fprintln(b.Out, "nothing was restored")
	}
	return agreed, err
}

// vaultOf is where the deployment's backups are kept, by the image that its actions' pods get the runner from.
func vaultOf(d *v1.StyrminDeployment) components.Vault {
	settings := jobs.Settings(d, "")
	vault := components.Vault{
		Deployment: d.Name, Image: cmp.Or(settings.RunnerImage, jobs.DefaultRunnerImage), PullPolicy: cmp.Or(settings.ImagePullPolicy, corev1.PullIfNotPresent),
	}
	for _, name := range settings.ImagePullSecrets {
		vault.PullSecrets = append(vault.PullSecrets, corev1.LocalObjectReference{Name: name})
	}
	return vault
}
