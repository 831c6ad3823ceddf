package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// answer is what can be told without running the code.
type answer int

const (
	no answer = iota
	maybe
	yes
)

func checkFlow(c *checker) {
	const rule = "python-not-a-flow"
	for _, t := range c.functions() {
		answers := make([]answer, 0, len(t.function.Decorators))
		for _, d := range t.function.Decorators {
			answers = append(answers, t.module.isFlow(d.Name))
		}
		switch {
		case slices.Contains(answers, yes):
		case slices.Contains(answers, maybe):
			c.inFile(diagnostic.Warning, rule, t.file, t.function.Position, "put @flow from prefect directly above it, if it is not one already",
				fmt.Sprintf("whether %s is a Prefect flow cannot be told from its decorators", t.name))
		default:
			c.inFile(diagnostic.Error, rule, t.file, t.function.Position, t.flowHelp(),
				fmt.Sprintf("%s is not decorated as a Prefect flow, but the action %q runs it", t.name, t.action.Name))
		}
	}
}

func (t target) flowHelp() string {
	for _, i := range t.module.Imports {
		if fullName(i) == "prefect.flow" {
			return fmt.Sprintf("write @%s above it", i.Name)
		}
	}
	for _, d := range t.function.Decorators {
		if d.Name == "flow" {
			return "add `from prefect import flow` at the top of the file"
		}
	}
	return "add `from prefect import flow` at the top of the file and @flow above the function"
}

// isFlow tells whether the dotted name means Prefect's flow.
func (m module) isFlow(dotted string) answer {
	if dotted == "" {
		return maybe
	}
	root, rest, _ := strings.Cut(dotted, ".")
	result := no
	for _, i := range m.Imports {
		switch {
		case i.Name == root:
			full := strings.TrimSuffix(fullName(i)+"."+rest, ".")
			if !isPrefect(full) {
				return maybe
			}
			if full == "prefect.flow" || strings.HasSuffix(full, ".flows.flow") {
				return yes
			}
			return no
		case i.Name == "*" && isPrefect(i.Module) && dotted == "flow":
			return yes
		case i.Name == "*":
			result = maybe
		}
	}
	if m.defines(root) {
		return maybe
	}
	return result
}

// defines reports whether the file itself binds the name.
func (m module) defines(name string) bool {
	if _, ok := m.Function(name); ok || slices.Contains(m.Classes, name) {
		return true
	}
	return slices.ContainsFunc(m.Assignments, func(a python.Assignment) bool { return a.Name == name })
}

// fullName is what the imported name means.
func fullName(i python.Import) string {
	if i.Member == "" {
		return i.Module
	}
	return i.Module + "." + i.Member
}

func isPrefect(module string) bool {
	return module == "prefect" || strings.HasPrefix(module, "prefect.")
}

func checkParameterUnbound(c *checker) {
	if c.Invalid("spec.parameters") {
		return
	}
	known := slices.Clone(passed)
	for _, p := range c.Object.Spec.Parameters {
		known = append(known, p.Name)
	}
	for _, t := range c.functions() {
		for _, p := range t.function.Parameters {
			c.bindable(t, p, known)
		}
	}
}

// bindable reports a parameter for which nothing is passed.
func (c *checker) bindable(t target, p python.Parameter, known []string) {
	const rule = "python-parameter-unbound"
	switch {
	case p.HasDefault || p.Kind == python.VarArgs || p.Kind == python.KeywordArgs:
	case p.Kind == python.PositionalOnly:
		c.inFile(diagnostic.Error, rule, t.file, p.Position, "remove the `/` from the parameters",
			fmt.Sprintf("the parameter %s of %s is positional only, but arguments are passed by name", p.Name, t.name))
	case !slices.Contains(known, p.Name):
		help := diagnostic.Suggest(p.Name, known)
		if help == "" {
			help = "give it a default, or declare it under spec.parameters; passed are " + strings.Join(known, ", ")
		}
		c.inFile(diagnostic.Error, rule, t.file, p.Position, help, fmt.Sprintf("nothing is passed for the parameter %s of %s", p.Name, t.name))
	}
}
