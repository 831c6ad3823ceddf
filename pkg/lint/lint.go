// Package lint finds everything that is wrong with a driver: the pure rules of
// pkg/driver/validation, and those that need the driver to be resolved and its
// values to be rendered. `kubectl styrmin validate` and the webhook both ask it,
// so that they never disagree. Rules about the chart are in pkg/lint/chart,
// which needs Helm.
package lint

import (
	"slices"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/validation"
)

// Check returns all problems of a loaded driver with an operator's inputs,
// sorted. What loading found is not among them.
func Check(d *driver.Driver, in Inputs) diagnostic.List {
	c := &checker{Driver: d, in: in, template: parse(d), usable: true}
	for _, rule := range rules {
		rule.check(c)
	}
	own := c.problems.List()
	own.AddExcerpts(d.Text)
	found := append(validation.Validate(d), own...)
	found.Sort()
	return found
}

// Rules lists every rule of this package and of those below it.
func Rules() []diagnostic.Rule {
	all := slices.Concat(driver.Rules(), validation.Rules())
	for _, r := range rules {
		all = append(all, r.Rule)
	}
	return all
}
