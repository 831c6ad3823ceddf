package plugin

import (
	"fmt"
	"sort"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

func newDriverCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "driver",
		Short:   "Register and list drivers in the cluster",
		GroupID: groupAuthor,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDriverLoadCommand(o), newDriverListCommand(o), newDriverGetCommand(o))
	return cmd
}

func newDriverLoadCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "load DIR",
		Short:   "Check a driver and register it with its files",
		Example: "  kubectl styrmin driver load examples/notes",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := o.loadDriverDir(args[0])
			if err != nil {
				return err
			}
			c, err := o.connect()
			if err != nil {
				return err
			}
			if err := engine.Register(cmd.Context(), c.client, d); err != nil {
				return err
			}
			fmt.Fprintf(o.Out, "driver %s version %s registered (digest %.12s)\n", d.Object.Name, orDash(d.Object.Spec.Version), d.Digest())
			return nil
		},
	}
}

// loadDriverDir loads a driver, shows its problems, and fails when one is an error.
func (o *options) loadDriverDir(dir string) (*driver.Driver, error) {
	d, found := loadAndValidate(dir)
	if err := o.accept("the driver in "+dir, found); err != nil {
		return nil, err
	}
	return d, nil
}

// accept shows the problems of a driver, and fails when one is an error.
func (o *options) accept(what string, found diagnostic.List) error {
	if o.problems != nil {
		o.problems(found)
	}
	if err := diagnostic.WriteText(o.ErrOut, found, diagnostic.TextOptions{Color: o.terminal.ErrColor}); err != nil {
		return err
	}
	if !found.HasErrors() {
		return nil
	}
	fmt.Fprintf(o.ErrOut, "error: %s has %s; nothing was changed\n", what, count(len(found.Errors()), "error"))
	return &problemsError{message: "problems found", shown: true}
}

func newDriverListCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the registered drivers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := o.connect()
			if err != nil {
				return err
			}
			var drivers v1.ApplicationDriverList
			if err := c.client.List(cmd.Context(), &drivers); err != nil {
				return fmt.Errorf("list the drivers: %w", err)
			}
			sort.Slice(drivers.Items, func(i, j int) bool { return drivers.Items[i].Name < drivers.Items[j].Name })
			table := tabwriter.NewWriter(o.Out, 0, 0, 3, ' ', 0)
			fmt.Fprintln(table, "NAME\tVERSION\tSUPPORTS\tDEFAULT")
			for _, d := range drivers.Items {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", d.Name, orDash(d.Spec.Version), orDash(d.Spec.SupportedVersions), orDash(d.Spec.DefaultVersion))
			}
			return table.Flush()
		},
	}
}

func newDriverGetCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "get NAME",
		Short: "Print a registered driver with its files",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(validation.IsDNS1123Subdomain(args[0])) > 0 {
				return usagef("NAME: found %q, expected a registered driver's name, as `kubectl styrmin driver list` lists them", args[0])
			}
			c, err := o.connect()
			if err != nil {
				return err
			}
			d, err := engine.Registered(cmd.Context(), c.client, args[0])
			if err != nil {
				return err
			}
			if d == nil {
				return noDriver(args[0])
			}
			out, err := yaml.Marshal(d.ToObject())
			if err != nil {
				return err
			}
			_, err = o.Out.Write(out)
			return err
		},
	}
}

func noDriver(name string) error {
	return &problemsError{message: fmt.Sprintf("no driver named %s is registered, and there is no directory of that name\n`kubectl styrmin driver list` lists the registered ones; a directory is given as --driver ./DIR", name)}
}

// withoutFiles refuses a driver.styrmin.yml that was applied by itself.
func withoutFiles(name string) error {
	return &problemsError{message: fmt.Sprintf("driver %s is registered without its files, so its actions cannot run\nNothing was changed. Register all of it: kubectl styrmin driver load DIR", name)}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
