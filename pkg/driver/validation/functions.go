package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

func checkFunctionMissing(c *checker) {
	const rule = "python-function-missing"
	for _, t := range c.targets() {
		switch {
		case t.function != nil:
		case len(t.meanings) == 0:
			message, help := c.nowhere(t)
			c.err(rule, t.path, help, "%s", message)
		case t.flow == maybe:
			c.warn(rule, t.path, "define it with `def` in "+fileOf(t.module)+", so that it can be checked",
				"%s is bound in %s, but not by a `def`; whether it is a flow cannot be told", t.name, fileOf(t.module))
		case t.flow == no:
			c.err(rule, t.path, "define it with `def`, and @flow above it", "%s in %s is %s; expected a function that is a Prefect flow", t.name, fileOf(t.module), kindOf(t.meanings[0]))
		}
	}
}

// kindOf is in words what is no function.
func kindOf(m python.Meaning) string {
	switch {
	case m.Binding == nil:
		return "no flow"
	case m.Binding.Class != nil:
		return "a class"
	case m.Binding.Value.Kind == python.List:
		return "a list"
	}
	return "a string"
}

// nowhere says why a name means nothing once the module has been loaded.
func (c *checker) nowhere(t target) (message, help string) {
	file := fileOf(t.module)
	module := c.code.modules[t.module]
	for _, b := range module.Bindings {
		if b.Name == t.name {
			return unreached(b, t.name, file)
		}
	}
	message = fmt.Sprintf("%s defines no function %q at module level", file, t.name)
	if line, within := nested(module.Scope, t.name); line > 0 {
		return fmt.Sprintf("%s; the one in line %d is inside of %s", message, line, within), "move it out of there, to the beginning of a line"
	}
	return message, functionHelp(module, t.name, file)
}

// unreached says why a binding does not count.
func unreached(b python.Binding, name, file string) (message, help string) {
	const outdent = "move it out of there, to the beginning of a line"
	switch b.When {
	case python.TypeChecking:
		return fmt.Sprintf("%s has %s in `if TYPE_CHECKING:` only, in line %d, which is not run", file, name, b.Line), outdent
	case python.AsProgram:
		return fmt.Sprintf("%s has %s in `if __name__ == \"__main__\":` only, in line %d, which is not run when an action is", file, name, b.Line), outdent
	}
	return fmt.Sprintf("%s removes %s again with `del`", file, name), "remove the `del`"
}

// nested finds a function of that name inside of classes and functions.
func nested(s *python.Scope, name string) (line int, within string) {
	for _, b := range s.Bindings {
		body, around := (*python.Scope)(nil), ""
		switch {
		case b.Function != nil:
			body, around = b.Function.Body, "the function "+b.Name
		case b.Class != nil:
			body, around = b.Class.Body, "the class "+b.Name
		default:
			continue
		}
		for _, inner := range body.Bindings {
			if inner.Function != nil && inner.Name == name {
				return inner.Line, around
			}
		}
		if line, within := nested(body, name); line > 0 {
			return line, within
		}
	}
	return 0, ""
}

func functionHelp(module *python.Module, name, file string) string {
	var names []string
	for _, b := range module.Bindings {
		if b.Function != nil && b.When <= python.Sometimes {
			names = append(names, b.Name)
		}
	}
	if help := diagnostic.Suggest(name, names); help != "" {
		return help
	}
	if len(names) == 0 {
		return "define it, decorated with @flow; the file defines no function at module level"
	}
	slices.Sort(names)
	return "the functions of " + file + " are " + listed(slices.Compact(names))
}

// listed joins names, but not all of very many.
func listed(names []string) string {
	const most = 20
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
