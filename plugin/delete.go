package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/removal"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// deleteOptions are the flags of `delete`.
type deleteOptions struct {
	*options
	name    string
	release string
	yes     bool
	timeout time.Duration
}

// What becomes of the Helm release.
const (
	releaseKeep      = "keep"
	releaseUninstall = "uninstall"
)

func newDeleteCommand(o *options) *cobra.Command {
	d := &deleteOptions{options: o}
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a deployment with all that it owns, and keep or uninstall its Helm release",
		Long: "Delete a StyrminDeployment with all that it owns: its Jobs, frozen inputs, kept logs, history and\nlock. On a terminal it shows what that is and asks what becomes of the Helm release; elsewhere\n--release says so. It waits until everything is gone.\n\n" +
			"A release that is kept goes on running. In a namespace with the gate, Helm's changes of it stay held;\nwhat was stopped stays stopped. What to do about both is said before and after. A run that is not\nover has to be aborted first.",
		GroupID: groupOperator,
		Example: "  kubectl styrmin delete notes -n notes\n  kubectl styrmin delete notes -n notes --release=uninstall --yes",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.name = args[0]
			if err := d.validate(); err != nil {
				return err
			}
			return d.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&d.release, "release", "", "What becomes of the Helm release: keep or uninstall. Required without a terminal and with --yes.")
	cmd.Flags().BoolVarP(&d.yes, "yes", "y", false, "Begin without asking, as always without a terminal.")
	cmd.Flags().DurationVar(&d.timeout, "timeout", helm.DefaultTimeout, "How long to wait for Helm, and then until everything owned is gone.")
	return cmd
}

// validate checks the command line.
func (d *deleteOptions) validate() error {
	switch {
	case d.release != "" && d.release != releaseKeep && d.release != releaseUninstall:
		return usagef("--release: found %q, expected keep or uninstall", d.release)
	case d.release == "" && (d.yes || !d.terminal.Interactive):
		return usagef("nobody can be asked what becomes of the Helm release; nothing was deleted: give --release=keep or --release=uninstall")
	case d.timeout <= 0:
		return usagef("--timeout %s: expected a time above 0, such as 5m", d.timeout)
	}
	return checkName("NAME", d.name)
}

func (d *deleteOptions) run(ctx context.Context) error {
	c, err := d.connect()
	if err != nil {
		return err
	}
	e, err := d.engine(c)
	if err != nil {
		return err
	}
	found, err := removal.Look(ctx, e, c.namespace, d.name)
	if err != nil {
		return err
	}
	if d.terminal.Interactive && !d.yes {
		fmt.Fprint(d.Out, whatGoes(found, d.release))
		if agreed, err := d.agree(ctx, found); err != nil || !agreed {
			return err
		}
	}
	if err := found.Remove(ctx, e, removal.Options{Uninstall: d.release == releaseUninstall, Timeout: d.timeout}); err != nil {
		return err
	}
	text, err := whatIsLeft(found, d.release == releaseUninstall)
	fmt.Fprint(d.Out, text)
	return err
}

// agree asks what becomes of the release, or, where that is said or there is none,
// whether to go on.
func (d *deleteOptions) agree(ctx context.Context, found *removal.Found) (bool, error) {
	var agreed bool
	var err error
	if d.release == "" && found.Installed() != nil {
		d.release, err = chooseRelease(ctx, newAsker(d.In, d.Out))
		agreed = d.release != ""
	} else {
		agreed, err = confirm(ctx, d.In, d.Out)
	}
	if err == nil && !agreed {
		fmt.Fprintln(d.Out, "nothing was deleted")
	}
	return agreed, err
}

// chooseRelease asks for keep or uninstall; anything else but these is no answer to delete by.
func chooseRelease(ctx context.Context, a *asker) (string, error) {
	fmt.Fprint(a.out, "\nDelete it, and keep or uninstall the Helm release? [keep/uninstall/N] ")
	answer, err := a.line(ctx)
	switch {
	case errors.Is(err, errNoAnswer):
		fmt.Fprintln(a.out)
		return "", nil
	case ctx.Err() != nil:
		fmt.Fprintln(a.out)
		return "", fmt.Errorf("%w; nothing was deleted", errInterrupted)
	case err != nil:
		return "", fmt.Errorf("read the answer: %w; nothing was deleted", err)
	}
	if answer = strings.ToLower(answer); answer == releaseKeep || answer == releaseUninstall {
		return answer, nil
	}
	return "", nil
}
