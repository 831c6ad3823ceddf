package validation

import (
	"errors"
	"maps"
	"slices"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// module is a parsed Python file, or why it could not be parsed.
type module struct {
	*python.Module
	err error
}

func parseModules(d *driver.Driver) map[string]module {
	out := map[string]module{}
	for name, text := range d.Files {
		if strings.HasSuffix(name, ".py") {
			m, err := python.Parse(text)
			out[name] = module{m, err}
		}
	}
	return out
}

func checkPythonSyntax(c *checker) {
	for _, name := range slices.Sorted(maps.Keys(c.modules)) {
		var syntax *python.SyntaxError
		if errors.As(c.modules[name].err, &syntax) {
			c.inFile(diagnostic.Error, "python-syntax", name, syntax.Position, "", "not valid Python: "+syntax.Message)
		}
	}
}

// target is the function that an action's location means.
type target struct {
	action   v1.Action
	path     string // of the location
	file     string
	name     string
	module   module
	function python.Function
	// defined is false when the file has no def of this name.
	defined bool
}

// targets lists the actions whose location leads to a file that could be parsed.
func (c *checker) targets() []target {
	var out []target
	for i, a := range c.Object.Spec.Actions {
		file, name, ok := splitLocation(a.Location)
		m, parsed := c.modules[file]
		if !ok || !parsed || m.err != nil {
			continue
		}
		t := target{action: a, path: c.actionPath(i, "location"), file: file, name: name, module: m}
		t.function, t.defined = m.Function(name)
		out = append(out, t)
	}
	return out
}

// functions lists the targets with a def, each function once.
func (c *checker) functions() []target {
	seen := map[string]bool{}
	return slices.DeleteFunc(c.targets(), func(t target) bool {
		key := t.file + "::" + t.name
		again := seen[key]
		seen[key] = true
		return again || !t.defined
	})
}

func checkFunctionMissing(c *checker) {
	for _, t := range c.targets() {
		if t.defined {
			continue
		}
		switch t.bound() {
		case yes:
		case maybe:
			c.warn("python-function-missing", t.path, "define it with `def` in "+t.file+", so that it can be checked",
				"%s is bound in %s, but not by a `def`; whether it is a flow cannot be told", t.name, t.file)
		default:
			c.err("python-function-missing", t.path, t.functionHelp(), "%s defines no function %q at module level", t.file, t.name)
		}
	}
}

// bound tells whether the name is a flow although no def defines it.
func (t target) bound() answer {
	for _, a := range t.module.Assignments {
		if a.Name == t.name {
			if t.module.isFlow(a.Callee) == yes {
				return yes
			}
			return maybe
		}
	}
	for _, i := range t.module.Imports {
		if i.Name == t.name || i.Name == "*" && !isPrefect(i.Module) {
			return maybe
		}
	}
	return no
}

func (t target) functionHelp() string {
	var names []string
	for _, f := range t.module.Functions {
		names = append(names, f.Name)
	}
	if help := diagnostic.Suggest(t.name, names); help != "" {
		return help
	}
	if len(names) == 0 {
		return "define it, decorated with @flow; the file defines no function at module level"
	}
	slices.Sort(names)
	return "the functions of " + t.file + " are " + strings.Join(slices.Compact(names), ", ")
}
