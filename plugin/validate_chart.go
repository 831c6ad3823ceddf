package plugin

import (
	"os"
	"slices"

	"github.com/spf13/pflag"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/pkg/lint/chart"
)

// chartFlags say whether charts are checked, and which.
type chartFlags struct {
	instead string
	skip    bool
}

func (f *chartFlags) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&f.instead, "chart", "", "A chart's directory or archive to check with, in place of the drivers' own.")
	flags.BoolVar(&f.skip, "no-chart", false, "Leave charts out; nothing is downloaded.")
}

// validate checks the command line; it reads no file.
func (f *chartFlags) validate() error {
	if f.skip && f.instead != "" {
		return usagef("--chart %s and --no-chart: expected one of the two", f.instead)
	}
	return nil
}

// checks adds the check of charts to that of the driver alone, unless they are left out.
func (f *chartFlags) checks(alone checkFunc) ([]checkFunc, error) {
	if f.skip {
		return []checkFunc{alone}, nil
	}
	if _, err := os.Stat(f.instead); f.instead != "" && err != nil {
		return nil, &problemsError{message: "--chart: " + err.Error()}
	}
	return []checkFunc{alone, chart.New(f.instead).Check}, nil
}

// rules are all that validate can report.
func rules() []diagnostic.Rule { return slices.Concat(lint.Rules(), chart.Rules()) }
