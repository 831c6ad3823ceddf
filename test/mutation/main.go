// mutation shows that every rule is tested: it disables the rules' checks in
// turn and expects the tests of the rules to fail each time.
//
// The switch is no part of the product. The tests are built with one file
// overlaid: the collector through which every rule reports ignores the rule that
// the environment names.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/pkg/lint/chart"
)

// packages have the tests of the rules, the likeliest to fail first.
var packages = []string{"./pkg/driver/validation", "./pkg/lint", "./pkg/lint/chart", "./pkg/driver"}

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(1)
	}
}

// run tests every rule and prints a table of the outcomes.
func run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	suites, err := build(dir, packages)
	if err != nil {
		return err
	}
	for _, s := range suites {
		if output, passed := s.run(""); !passed {
			return fmt.Errorf("the tests of %s fail with every rule enabled:\n%s", s.pkg, output)
		}
	}
	rules := slices.Concat(lint.Rules(), chart.Rules())
	if green := disableEach(out, suites, rules); len(green) > 0 {
		return fmt.Errorf("nothing fails without the checks of %q: add fixtures that break these rules", green)
	}
	_, err = fmt.Fprintf(out, "All of the %d rules are tested.\n", len(rules))
	return err
}

// disableEach returns the rules without which no test failed.
func disableEach(out io.Writer, suites []suite, rules []diagnostic.Rule) (green []string) {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "WITHOUT THE RULE\tTESTS ARE\tFIRST FAILURE")
	for _, rule := range rules {
		failure := firstFailure(suites, rule.ID)
		if failure == "" {
			green = append(green, rule.ID)
			fmt.Fprintf(table, "%s\tgreen\t-\n", rule.ID)
			continue
		}
		fmt.Fprintf(table, "%s\tred\t%s\n", rule.ID, failure)
	}
	return green
}

// firstFailure names the test that fails without the rule; empty when none does.
func firstFailure(suites []suite, rule string) string {
	for _, s := range suites {
		if output, passed := s.run(rule); !passed {
			return s.pkg + " " + failedTest(output)
		}
	}
	return ""
}
