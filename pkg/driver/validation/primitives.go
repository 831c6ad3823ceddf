package validation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

func checkPythonComponent(c *checker) {
	if c.Invalid("spec.components") || c.Incomplete("spec.components") {
		return
	}
	constants := map[*python.Binding]bool{}
	for _, u := range c.uses() {
		for _, parameter := range []string{"components", "component"} {
			value := u.argument(parameter)
			if value == nil {
				continue
			}
			c.literalComponents(u.at.Module, *value)
			if b, module := c.constant(u.at, *value); b != nil && !constants[b] {
				constants[b] = true
				c.literalComponents(module, *b.Value)
			}
		}
	}
}

// constant is the binding of a name that the driver gives to one literal only.
func (c *checker) constant(at python.Place, value python.Expression) (b *python.Binding, module string) {
	if value.Kind != python.Path {
		return nil, ""
	}
	at.Position = value.Position
	meanings := c.code.Resolve(at, value.Text)
	if len(meanings) != 1 || meanings[0].Binding == nil || meanings[0].Binding.Value == nil || meanings[0].Rest != "" {
		return nil, ""
	}
	return meanings[0].Binding, meanings[0].Module
}

// literalComponents reports the names in a literal that the spec does not have.
func (c *checker) literalComponents(module string, value python.Expression) {
	switch value.Kind {
	case python.String:
		c.componentName(module, value)
	case python.List:
		for _, item := range value.Items {
			if item.Kind == python.String {
				c.componentName(module, item)
			}
		}
	}
}

// componentName reports a component that the spec does not have.
func (c *checker) componentName(module string, name python.Expression) {
	declared := c.Object.Spec.Components
	if _, ok := declared[name.Text]; ok || c.noComponents {
		return
	}
	names := slices.Sorted(maps.Keys(declared))
	severity, help := diagnostic.Error, diagnostic.Suggest(name.Text, names)
	switch {
	case len(names) == 0:
		// A driver in the making; once is enough.
		c.noComponents = true
		severity, help = diagnostic.Warning, "declare it and the other components under spec.components"
	case help == "":
		help = "the components are " + listed(names)
	}
	c.inFile(severity, "python-component-unknown", fileOf(module), name.Position, help, fmt.Sprintf("spec.components has no component %q", name.Text))
}

func checkPrimitiveUnknown(c *checker) {
	const rule = "python-primitive-unknown"
	names := backend().names
	report := func(module string, at diagnostic.Position, name string) {
		help := diagnostic.Suggest(name, names)
		if help == "" {
			help = "its primitives are " + listed(slices.Sorted(maps.Keys(backend().primitives)))
		}
		c.inFile(diagnostic.Warning, rule, fileOf(module), at, help, fmt.Sprintf("this version of Styrmin has no %s in %s", name, backendModule))
	}
	for _, module := range c.code.names {
		eachScope(c.code.modules[module].Scope, func(s *python.Scope) {
			for _, b := range s.Bindings {
				// In a try it may be missing.
				if b.Import != nil && b.Import.Module == backendModule && b.When == python.Always && !contains([]string{"", "*"}, b.Import.Member) && !contains(names, b.Import.Member) {
					report(module, b.Position, b.Import.Member)
				}
			}
		})
	}
	for _, u := range c.uses() {
		if root, _, attribute := strings.Cut(u.call.Path, "."); attribute && !contains(names, u.name) && root != u.name {
			report(u.at.Module, u.call.Position, u.name)
		}
	}
}

func checkNotAwaited(c *checker) {
	for _, u := range c.uses() {
		f := u.at.Scope.Function
		if _, ok := backend().primitives[u.name]; ok && u.call.Dropped && !u.submitted && f != nil && f.Async {
			c.inFile(diagnostic.Warning, "python-primitive-not-awaited", fileOf(u.at.Module), u.call.Position, "write `await` before it",
				fmt.Sprintf("%s is called without `await` in the async function %s, so it does nothing", u.name, f.Name))
		}
	}
}

func checkPrimitiveArgument(c *checker) {
	for _, u := range c.uses() {
		p, ok := backend().primitives[u.name]
		if !ok {
			continue
		}
		c.keywords(u, p)
		c.missing(u, p)
		for _, list := range []string{"components", "commands", "command"} {
			c.listArgument(u, list)
		}
	}
}

const argumentRule = "python-primitive-argument"

func (c *checker) argument(u use, at diagnostic.Position, help, format string, args ...any) {
	c.inFile(diagnostic.Warning, argumentRule, fileOf(u.at.Module), at, help, fmt.Sprintf(format, args...))
}

// keywords reports names of arguments that the primitive does not take.
func (c *checker) keywords(u use, p primitive) {
	for _, a := range u.call.Arguments {
		if a.Name == "" || a.Name == "*" || a.Name == "**" || contains(append(prefectArguments, p.parameters...), a.Name) {
			continue
		}
		help := diagnostic.Suggest(a.Name, p.parameters)
		if help == "" {
			help = "it takes " + strings.Join(p.parameters, ", ")
		}
		c.argument(u, a.At, help, "%s takes no argument %s", u.name, a.Name)
	}
}

// byName says how to give what cannot be given by its place.
func (p primitive) byName() string {
	help := "it takes " + strings.Join(p.parameters[:p.positional], ", ")
	if named := p.parameters[p.positional:]; len(named) > 0 {
		help += "; by name also " + strings.Join(named, ", ")
	}
	return help
}

// missing reports required arguments that are not given.
func (c *checker) missing(u use, p primitive) {
	positional := 0
	for _, a := range u.call.Arguments {
		if a.Name == "*" || a.Name == "**" {
			return
		}
		if a.Name == "" {
			positional++
		}
	}
	if positional > p.positional {
		c.argument(u, u.call.Position, p.byName(), "%s takes %d arguments without a name, not %d", u.name, p.positional, positional)
	}
	for _, name := range p.parameters[:p.required] {
		if u.argument(name) == nil {
			c.argument(u, u.call.Position, fmt.Sprintf("it takes %s; the first %d are required", strings.Join(p.parameters, ", "), p.required), "%s is called without %s", u.name, name)
			return
		}
	}
}

// listArgument reports a string where a list is expected, and commands that
// are not lists.
func (c *checker) listArgument(u use, parameter string) {
	value := u.argument(parameter)
	switch {
	case value == nil || !contains(backend().primitives[u.name].parameters, parameter):
	case value.Kind == python.String || value.Kind == python.Template:
		c.argument(u, value.Position, "put it into a list: "+example(parameter), "%s of %s is a string; expected a list", parameter, u.name)
	case value.Kind == python.List && parameter == "commands":
		for _, item := range value.Items {
			if item.Kind == python.String || item.Kind == python.Template {
				c.argument(u, item.Position, "put every command into a list of its own: "+example(parameter), "a command of %s is a string; expected a list, the program and its arguments", u.name)
				return
			}
		}
	}
}

// example shows how a list is given.
func example(parameter string) string {
	switch parameter {
	case "commands":
		return `commands=[["app", "migrate"]]`
	case "command":
		return `command=["app", "migrate"]`
	}
	return `components=["server"]`
}
