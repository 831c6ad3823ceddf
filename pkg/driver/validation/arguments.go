package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

func checkParameterUnbound(c *checker) {
	if c.Invalid("spec.parameters") {
		return
	}
	known := slices.Clone(passed)
	for _, p := range c.Object.Spec.Parameters {
		known = append(known, p.Name)
	}
	for _, t := range c.functions() {
		severity := diagnostic.Error
		if c.wrapped(t.found) {
			severity = diagnostic.Warning
		}
		for _, p := range t.function.Parameters {
			c.bindable(severity, t.found, p, known)
		}
	}
}

// bindable reports a parameter for which nothing is passed. A decorator that is
// not known may give it.
func (c *checker) bindable(severity diagnostic.Severity, f found, p python.Parameter, known []string) {
	const rule = "python-parameter-unbound"
	file := fileOf(f.module)
	switch {
	case c.problems.Full(rule):
	case p.HasDefault || p.Kind == python.VarArgs || p.Kind == python.KeywordArgs:
	case p.Kind == python.PositionalOnly:
		c.inFile(severity, rule, file, p.Position, "remove the `/` from the parameters",
			fmt.Sprintf("the parameter %s of %s is positional only, but arguments are passed by name", p.Name, f.function.Name))
	case !slices.Contains(known, p.Name):
		help := diagnostic.Suggest(p.Name, known)
		if help == "" {
			help = "give it a default, or declare it under spec.parameters; passed are " + strings.Join(known, ", ")
		}
		c.inFile(severity, rule, file, p.Position, help, fmt.Sprintf("nothing is passed for the parameter %s of %s", p.Name, f.function.Name))
	}
}

// wrapped tells whether a decorator that is not known has its hands on the parameters.
func (c *checker) wrapped(f found) bool {
	return slices.ContainsFunc(f.function.Decorators, func(d python.Expression) bool {
		return c.decorates(f.module, f.function, d) == maybe
	})
}
