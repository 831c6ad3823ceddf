package plugin

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// validateOptions are the flags of `validate`.
type validateOptions struct {
	*options
	output string
	strict bool
	paths  []string
}

func newValidateCommand(o *options) *cobra.Command {
	v := &validateOptions{options: o}
	cmd := &cobra.Command{
		Use:     "validate PATH…",
		Short:   "Check drivers without a cluster",
		GroupID: groupAuthor,
		Example: "  # a driver's directory, or its driver.styrmin.yml\n  kubectl styrmin validate examples/notes\n  kubectl styrmin validate -o json examples/*",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			v.paths = args
			if v.output != "text" && v.output != "json" {
				return usagef("-o %s: expected text or json", v.output)
			}
			return v.run()
		},
	}
	cmd.Flags().StringVarP(&v.output, "output", "o", "text", "Output format: text or json.")
	cmd.Flags().BoolVar(&v.strict, "strict", false, "Let warnings fail, too.")
	return cmd
}

func (v *validateOptions) run() error {
	var all diagnostic.List
	for _, path := range v.paths {
		_, found := loadAndValidate(path)
		all = append(all, found...)
	}
	if err := v.print(all); err != nil {
		return err
	}
	if all.HasErrors() || v.strict && len(all) > 0 {
		return &problemsError{message: "problems found", shown: true}
	}
	return nil
}

// loadAndValidate loads a driver and finds everything that is wrong with it.
func loadAndValidate(path string) (*driver.Driver, diagnostic.List) {
	d, found := driver.LoadDir(path)
	if d != nil {
		found = append(found, lint.Check(d, lint.Inputs{})...)
	}
	found.Sort()
	found.AddExcerpts(readText)
	return d, found
}

// readText reads a file for an excerpt; a file that cannot be read has none.
func readText(file string) string {
	data, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return ""
	}
	return string(data)
}

func (v *validateOptions) print(found diagnostic.List) error {
	p, _ := diagnostic.NewPrinter(v.output, v.Out, diagnostic.PrinterOptions{Color: v.terminal.Color, Strict: v.strict, Version: Version, Rules: lint.Rules()})
	if err := p.Print("", found); err != nil {
		return err
	}
	return p.Close()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
