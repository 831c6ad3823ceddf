package plugin

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/scaffold"
)

// initOptions are the flags of `init`.
type initOptions struct {
	*options
	dir        string
	components []string
	hooks      []string
	// application is what the driver is for; its name and its chart are flags.
	application scaffold.Application
}

func newInitCommand(o *options) *cobra.Command {
	i := &initOptions{options: o}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a new driver that validates and runs, to start from",
		Long: "init writes the files of a driver into DIR, or into the current directory: driver.styrmin.yml,\n" +
			"actions.py, values.j2.yml, and a small chart unless --chart names one. On a terminal it asks\n" +
			"for what the flags do not say. Nothing is overwritten.",
		GroupID: groupAuthor,
		Example: "  kubectl styrmin init notes\n" +
			"  kubectl styrmin init notes --chart oci://registry.example.com/charts/notes --chart-version 1.4.2 \\\n" +
			"    --component server=app.kubernetes.io/component=server --hooks upgrade",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := i.complete(cmd, args); err != nil {
				return err
			}
			return i.run()
		},
	}
	f := cmd.Flags()
	f.StringVar(&i.application.Name, "name", "", "The driver's name (default: the directory's).")
	f.StringVar(&i.application.Chart, "chart", "", "The chart, as driver.styrmin.yml names it: ./DIRECTORY, oci://… or https://… (default: a new one in ./chart).")
	f.StringVar(&i.application.ChartVersion, "chart-version", "", "The version of a chart in a registry or repository.")
	f.StringArrayVar(&i.components, "component", nil, "A component and its pods' labels, as NAME or NAME=LABEL=VALUE,…; may be repeated, the first is where commands are executed.")
	f.StringSliceVar(&i.hooks, "hooks", []string{string(v1.HookSetup), string(v1.HookUpgrade)}, "The hooks that get actions; empty for none.")
	return cmd
}

// complete finds out what is to be written, from the flags, from the user, and
// from the directory's name.
func (i *initOptions) complete(cmd *cobra.Command, args []string) error {
	i.dir = "."
	if len(args) > 0 {
		i.dir = args[0]
	}
	absolute, err := filepath.Abs(i.dir)
	if err != nil {
		return err
	}
	if err := i.vacant(); err != nil {
		return err
	}
	name := scaffold.NameOf(absolute)
	if i.terminal.Interactive {
		if err := i.ask(cmd.Context(), name, cmd.Flags().Changed); err != nil {
			return err
		}
	}
	if i.application.Name == "" {
		i.application.Name = name
	}
	return i.parse()
}

// vacant fails when there is a driver in the directory, before anybody is asked.
func (i *initOptions) vacant() error {
	return notOverwritten(scaffold.Absent(i.dir, v1.DriverFile))
}

func notOverwritten(err error) error {
	var exists *scaffold.ExistsError
	if errors.As(err, &exists) {
		return &problemsError{message: err.Error() + "\nGive another directory, or move what is there."}
	}
	return err
}

// parse reads the lists of components and hooks.
func (i *initOptions) parse() error {
	for _, text := range i.components {
		c, err := scaffold.ParseComponent(text)
		if err != nil {
			return usagef("--component: %w", err)
		}
		i.application.Components = append(i.application.Components, c)
	}
	if len(i.components) == 0 {
		i.application.Components = scaffold.DefaultComponents(i.application.Name, i.application.Chart)
	}
	hooks := []string{string(v1.HookSetup), string(v1.HookUpgrade)}
	for _, text := range i.hooks {
		switch hook := v1.Hook(text); hook {
		case v1.HookSetup, v1.HookUpgrade:
			i.application.Hooks = append(i.application.Hooks, hook)
		default:
			return usagef("--hooks: found %q, expected %s; %s", text, strings.Join(hooks, " or "), diagnostic.Suggest(text, hooks))
		}
	}
	return nil
}

func (i *initOptions) run() error {
	files, err := i.application.Files()
	if err != nil {
		return &usageError{err}
	}
	if err := notOverwritten(scaffold.Write(i.dir, files)); err != nil {
		return err
	}
	for _, file := range files {
		fmt.Fprintln(i.Out, "wrote", filepath.Join(i.dir, filepath.FromSlash(file.Path)))
	}
	fmt.Fprintf(i.Out, "\nNext:\n  kubectl styrmin validate %s\n  kubectl styrmin setup %s --driver %[1]s\n", i.dir, i.application.Name)
	return nil
}

// ask asks for what the flags do not say.
func (i *initOptions) ask(ctx context.Context, name string, given func(flag string) bool) error {
	q := &initQuestions{initOptions: i, asker: newAsker(i.In, i.Out), ctx: ctx, given: given}
	fmt.Fprintf(i.Out, "A new driver in %s. Enter alone takes what is in brackets.\n", i.dir)
	q.askName(name)
	q.askChart()
	q.askComponents()
	q.askHooks()
	return q.err
}
