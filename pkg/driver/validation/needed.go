package validation

import (
	"slices"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// Needed are the components without which an action of the driver fails: its
// function calls a primitive with the name, and under no condition.
func Needed(d *driver.Driver) map[string]bool {
	c := newChecker(d)
	actions := map[*python.Scope]bool{}
	for _, t := range c.functions() {
		actions[t.function.Body] = true
	}
	needed := map[string]bool{}
	for _, u := range c.uses() {
		if !actions[u.at.Scope] || u.call.When != python.Always {
			continue
		}
		for _, parameter := range []string{"components", "component"} {
			if value := u.argument(parameter); value != nil {
				c.literals(u.at, *value, needed)
			}
		}
	}
	return needed
}

// literals adds the strings that an argument is, has in a list, or names by a constant.
func (c *checker) literals(at python.Place, value python.Expression, into map[string]bool) {
	if b, _ := c.constant(at, value); b != nil {
		value = *b.Value
	}
	for _, item := range slices.Concat(value.Items, []python.Expression{value}) {
		if item.Kind == python.String {
			into[item.Text] = true
		}
	}
}
