package validation

import (
	"fmt"
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
		file, at := fileOf(t.found.module), t.function.Position
		switch {
		case t.flow == yes:
		case t.flow == maybe && t.hidden != nil:
			c.inFile(diagnostic.Warning, rule, file, t.hidden.Position, "put @flow above the other decorators",
				fmt.Sprintf("whether %s is a Prefect flow cannot be told, because of the decorator above @flow", t.function.Name))
		case t.hidden != nil:
			c.inFile(diagnostic.Error, rule, file, t.hidden.Position, "put @flow above the other decorators",
				fmt.Sprintf("%s is no Prefect flow any more, because of the decorator above @flow, but the action %q runs it", t.function.Name, t.action.Name))
		case t.flow == maybe:
			c.inFile(diagnostic.Warning, rule, file, at, "put @flow from prefect directly above it, if it is not one already",
				fmt.Sprintf("whether %s is a Prefect flow cannot be told from its decorators", t.function.Name))
		default:
			c.inFile(diagnostic.Error, rule, file, at, c.flowHelp(t.found),
				fmt.Sprintf("%s is not decorated as a Prefect flow, but the action %q runs it", t.function.Name, t.action.Name))
		}
	}
}

// flowHelp says what to write, by the name that the module has for flow.
func (c *checker) flowHelp(f found) string {
	for _, b := range c.code.modules[f.module].Bindings {
		if b.Import != nil && b.Import.Member == "flow" && isPrefect(b.Import.Module) {
			return fmt.Sprintf("write @%s above it", b.Name)
		}
	}
	for _, d := range f.function.Decorators {
		if name, _ := normal(d.Text); name == "flow" {
			return "add `from prefect import flow` at the top of the file"
		}
	}
	return "add `from prefect import flow` at the top of the file and @flow above the function"
}

func checkGenerator(c *checker) {
	for _, t := range c.functions() {
		if t.function.Generator {
			c.inFile(diagnostic.Error, "python-generator", fileOf(t.found.module), t.function.Position, "remove the `yield`: return what it yields, or log it",
				fmt.Sprintf("%s is a generator, as there is a `yield` in it; an action is a flow that runs to its end", t.function.Name))
		}
	}
}

// flowOf tells whether what a name means is a flow, and of which function.
func (c *checker) flowOf(m python.Meaning) found {
	rest, _ := normal(m.Rest)
	switch {
	case m.Missing:
		return found{flow: yes} // reported where it is imported
	case m.Name != "":
		return c.madeFlow(m)
	case m.Binding == nil, rest != "":
		return found{flow: maybe}
	case m.Binding.Function != nil:
		f := c.decorated(m.Module, m.Binding.Function)
		f.module, f.function = m.Module, m.Binding.Function
		return f
	}
	return found{flow: no}
}

// madeFlow tells whether flow is called like a function: flow(f), flow(…)(f).
func (c *checker) madeFlow(m python.Meaning) found {
	name, options := normal(m.Name)
	callee, called := strings.CutSuffix(name, "()")
	plain, twice := strings.CutSuffix(callee, "()")
	switch {
	case !isPrefect(m.Name), !called && callee != "":
		return found{flow: answerFor(m.Name)}
	case options && (isFlow(callee) || twice && isFlow(plain)):
		return found{flow: yes} // with_options() has hidden the function
	case twice && isFlow(plain), (isFlow(callee) || strings.HasSuffix(callee, ".Flow")) && positional(m.Call) != nil:
		f := found{flow: yes}
		if of := positional(m.Call); of != nil && of.Kind == python.Path {
			inner := c.best(c.code.Resolve(m.At, of.Text))
			f.module, f.function = inner.module, inner.function
		}
		return f
	}
	return found{flow: no}
}

// answerFor tells what something that the driver does not define may be.
func answerFor(name string) answer {
	if isPrefect(name) {
		return no
	}
	return maybe
}

// positional is a call's first argument without a name.
func positional(call *python.Call) *python.Expression {
	if call == nil || len(call.Arguments) == 0 || call.Arguments[0].Name != "" {
		return nil
	}
	return &call.Arguments[0].Value
}

// decorated tells whether the decorators make a flow of the function. They are
// applied from below, so those above @flow have the last word.
func (c *checker) decorated(module string, f *python.Function) found {
	verdict := no
	var above *python.Expression
	worst := yes
	for i := range f.Decorators {
		d := &f.Decorators[i]
		switch a := c.decorates(module, f, *d); a {
		case yes:
			if above != nil {
				return found{flow: worst, hidden: above}
			}
			return found{flow: yes}
		case maybe:
			verdict = maybe
			fallthrough
		default:
			if above == nil || a < worst {
				above, worst = d, a
			}
		}
	}
	return found{flow: verdict}
}

// decorates tells whether a decorator makes a flow.
func (c *checker) decorates(module string, f *python.Function, d python.Expression) answer {
	if d.Kind != python.Path {
		return maybe
	}
	result := no
	for _, m := range c.code.Resolve(python.Place{Module: module, Scope: f.Body.Parent, Position: d.Position}, d.Text) {
		a := maybe
		if m.Name != "" {
			a = decorator(m.Name)
		}
		result = max(result, a)
	}
	return result
}

// decorator tells whether a decorator that the driver does not define makes a
// flow. Those of the standard library do not.
func decorator(name string) answer {
	callee, _ := strings.CutSuffix(name, "()")
	first, _, _ := strings.Cut(name, ".")
	switch {
	case isFlow(callee):
		return yes
	case isPrefect(name), contains([]string{"functools", "contextlib", "typing", "warnings"}, first) && !strings.HasPrefix(name, "functools.partial"):
		return no
	}
	return maybe
}

// normal is a path without the calls of with_options in it, which give the
// same with other settings.
func normal(path string) (plain string, options bool) {
	plain = strings.ReplaceAll(path, ".with_options()", "")
	return plain, plain != path
}

// isFlow reports whether the path means Prefect's flow.
func isFlow(path string) bool {
	return isPrefect(path) && strings.HasSuffix(path, ".flow")
}

func isPrefect(path string) bool {
	return path == "prefect" || strings.HasPrefix(path, "prefect.")
}
