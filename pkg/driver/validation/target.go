package validation

import (
	"slices"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// target is what an action's location leads to.
type target struct {
	index  int
	action v1.Action
	path   string // of the location
	module string
	name   string
	// meanings are what the name may mean; none when the module does not bind it.
	meanings []python.Meaning
	found
}

// found is a function that a name leads to, and whether calling it runs a flow.
type found struct {
	flow answer
	// module has the function, which is nil when the driver does not define it.
	module   string
	function *python.Function
	// hidden is the decorator that makes something else of the flow, or may.
	hidden *python.Expression
}

// targets lists the actions whose location leads to a file that could be parsed.
func (c *checker) targets() []target {
	if c.found != nil {
		return c.found
	}
	c.found = []target{}
	for i, a := range c.Object.Spec.Actions {
		file, name, ok := splitLocation(a.Location)
		module := strings.TrimSuffix(file, ".py")
		if !ok || c.code.modules[module] == nil {
			continue
		}
		t := target{index: i, action: a, path: c.actionPath(i, "location"), module: module, name: name}
		t.meanings = c.code.Resolve(c.code.end(module), name)
		t.found = c.best(t.meanings)
		c.found = append(c.found, t)
	}
	return c.found
}

// best is the meaning that is most likely a flow: of several, the others are
// for the case that an import fails.
func (c *checker) best(meanings []python.Meaning) found {
	best := found{}
	for i, m := range meanings {
		if f := c.flowOf(m); i == 0 || f.flow > best.flow {
			best = f
		}
	}
	return best
}

// functions lists the targets whose function the driver defines, each function once.
func (c *checker) functions() []target {
	seen := map[*python.Function]bool{nil: true}
	return slices.DeleteFunc(slices.Clone(c.targets()), func(t target) bool {
		again := seen[t.function]
		seen[t.function] = true
		return again
	})
}
