package plugin

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// validateOptions are the flags of `validate`.
type validateOptions struct {
	*options
	inputs    inputFlags
	chart     chartFlags
	output    string
	strict    bool
	recursive bool
	stdinDir  string
	listRules bool
	paths     []string
	checks    []checkFunc
}

// checkFunc finds problems in a driver that could be loaded.
type checkFunc func(context.Context, *driver.Driver, lint.Inputs) diagnostic.List

// checkAlone is what needs nothing but the driver.
func checkAlone(_ context.Context, d *driver.Driver, in lint.Inputs) diagnostic.List {
	return lint.Check(d, in)
}

const validateExample = `  # the driver in this directory, one by its directory or file, several
  kubectl styrmin validate
  kubectl styrmin validate examples/notes
  kubectl styrmin validate drivers/*

  # every driver in a repository, as annotations of a pull request
  kubectl styrmin validate -R . --strict -o github

  # what an editor has not saved yet
  kubectl styrmin validate - --stdin-dir examples/notes < examples/notes/driver.styrmin.yml`

func newValidateCommand(o *options) *cobra.Command {
	v := &validateOptions{options: o}
	cmd := &cobra.Command{
		Use:     "validate [PATH…]",
		Short:   "Check drivers without a cluster",
		Long:    "Check drivers without a cluster: everything that setup and the webhook would refuse, and what is likely wrong.\nA PATH is a driver's directory, its driver.styrmin.yml, or - for standard input; without one, it is the current directory.",
		GroupID: groupAuthor,
		Example: validateExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if v.listRules {
				return v.printRules()
			}
			v.paths = args
			if err := v.complete(cmd); err != nil {
				return err
			}
			if err := v.validate(); err != nil {
				return err
			}
			return v.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	v.inputs.addFlags(flags)
	v.inputs.addContextFile(flags)
	v.chart.addFlags(flags)
	flags.StringVarP(&v.output, "output", "o", "text", "Output format: "+oneOf(diagnostic.Formats())+".")
	flags.BoolVar(&v.strict, "strict", false, "Let warnings fail, too.")
	flags.BoolVarP(&v.recursive, "recursive", "R", false, "Check every driver in and below the directories.")
	flags.StringVar(&v.stdinDir, "stdin-dir", "", "The directory that standard input's driver.styrmin.yml belongs to; without it, nothing is said of other files.")
	flags.BoolVar(&v.listRules, "rules", false, "List all rules instead of checking anything.")
	return cmd
}

// complete takes the current directory when no path is given and a driver is there.
func (v *validateOptions) complete(cmd *cobra.Command) error {
	if len(v.paths) > 0 {
		return nil
	}
	v.paths = []string{"."}
	if _, err := os.Stat(v1.DriverFile); err != nil && !v.recursive {
		return usagef("no PATH is given, and there is no %s in the current directory; %s", v1.DriverFile, seeHelp(cmd))
	}
	return nil
}

// validate checks the command line; it reads no file.
func (v *validateOptions) validate() error {
	if formats := diagnostic.Formats(); !slices.Contains(formats, v.output) {
		return usagef("-o %s: expected %s", v.output, oneOf(formats))
	}
	if i := slices.Index(v.paths, ""); i >= 0 {
		return usagef("PATH number %d is empty: expected a driver's directory, its %s, or %s for standard input", i+1, v1.DriverFile, lint.Stdin)
	}
	if v.stdinDir != "" && !slices.Contains(v.paths, lint.Stdin) {
		return usagef("--stdin-dir %s: expected %s as a PATH, too, for a driver on standard input", v.stdinDir, lint.Stdin)
	}
	if err := v.chart.validate(); err != nil {
		return err
	}
	return v.inputs.validate()
}

func (v *validateOptions) run(ctx context.Context) error {
	collectRarely()
	in, err := v.inputs.read()
	if err != nil {
		return err
	}
	if v.checks, err = v.chart.checks(checkAlone); err != nil {
		return err
	}
	check := func(ctx context.Context, path string) diagnostic.List { return v.check(ctx, path, in) }
	printer, _ := diagnostic.NewPrinter(v.output, v.Out, diagnostic.PrinterOptions{
		Color: v.terminal.Color, Strict: v.strict, Version: Version, Rules: rules(),
	})
	var total diagnostic.Summary
	report := func(target lint.Target, found diagnostic.List) error {
		total.Add(found)
		return printer.Print(target.Path, found)
	}
	if err := lint.Each(ctx, lint.Find(v.paths, v.recursive), check, report); err != nil {
		return err
	}
	if err := printer.Close(); err != nil {
		return err
	}
	if total.Failed(v.strict) {
		return &problemsError{message: "problems found", shown: true}
	}
	return nil
}

// collectRarely lets garbage lie, of which checking makes much and keeps little.
// Many drivers take a seventh less time for it, and some 70 MiB more. What the
// user set by GOGC stays.
func collectRarely() {
	const usual, percent, limit = 100, 400, 256 << 20
	if set := debug.SetGCPercent(percent); set != usual {
		debug.SetGCPercent(set)
		return
	}
	debug.SetMemoryLimit(limit)
}

// check finds everything that is wrong with the driver.
func (v *validateOptions) check(ctx context.Context, path string, in lint.Inputs) diagnostic.List {
	d, found := v.load(path)
	if d == nil {
		return found
	}
	for _, check := range v.checks {
		found = append(found, check(ctx, d, in)...)
	}
	found.Sort()
	return found
}

func (v *validateOptions) load(path string) (*driver.Driver, diagnostic.List) {
	if path == lint.Stdin {
		return driver.Load(v.In, v.stdinDir)
	}
	return driver.LoadDir(path)
}

// printRules lists every rule.
func (v *validateOptions) printRules() error {
	table := tabwriter.NewWriter(v.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RULE\tWHAT MUST HOLD")
	for _, r := range rules() {
		fmt.Fprintf(table, "%s\t%s\n", r.ID, r.Summary)
	}
	fmt.Fprintf(table, "\nWith examples and the fix: %s\n", diagnostic.Rule{ID: "RULE"}.URL())
	return table.Flush()
}

// loadAndValidate loads a driver and finds everything that is wrong with it.
func loadAndValidate(path string) (*driver.Driver, diagnostic.List) {
	d, found := driver.LoadDir(path)
	if d != nil {
		found = append(found, lint.Check(d, lint.Inputs{})...)
	}
	found.Sort()
	return d, found
}

// oneOf lists the words that a flag takes: a, b or c.
func oneOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
