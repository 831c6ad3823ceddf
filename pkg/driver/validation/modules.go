package validation

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// code is the driver's Python, read but not run.
type code struct {
	// Program has the modules that the driver's imports lead to.
	*python.Program
	// modules are those that could be parsed, and names their names, sorted.
	modules map[string]*python.Module
	names   []string
	// errs are why the other modules could not, by their names.
	errs map[string]error
}

func parseModules(d *driver.Driver) code {
	c := code{modules: map[string]*python.Module{}, errs: map[string]error{}}
	importable := map[string]*python.Module{}
	for _, file := range slices.Sorted(maps.Keys(d.Files)) {
		name, isPython := strings.CutSuffix(file, ".py")
		if !isPython {
			continue
		}
		m, err := python.Parse(d.Files[file])
		if !taken(name) {
			importable[name] = m
		}
		if err != nil {
			c.errs[name] = err
			continue
		}
		c.modules[name] = m
		c.names = append(c.names, name)
	}
	c.Program = python.NewProgram(importable)
	return c
}

// taken reports whether there is another module of that name, which Python
// has imported before it looks at the driver's.
func taken(module string) bool {
	return isStandard(module) || module == "prefect" || module == "styrmin_backend"
}

// has reports whether the driver has a module of that name.
func (c code) has(module string) bool {
	return c.modules[module] != nil || c.errs[module] != nil
}

// end is the place in a module at which all of it has been run.
func (c code) end(module string) python.Place {
	return python.Place{Module: module, Scope: c.modules[module].Scope}
}

// fileOf is the file of a module.
func fileOf(module string) string { return module + ".py" }

func checkPythonSyntax(c *checker) {
	for _, module := range slices.Sorted(maps.Keys(c.code.errs)) {
		var syntax *python.SyntaxError
		if errors.As(c.code.errs[module], &syntax) {
			c.inFile(diagnostic.Error, "python-syntax", fileOf(module), syntax.Position, "", "not valid Python: "+syntax.Message)
		}
	}
}

func checkPythonEncoding(c *checker) {
	for _, module := range c.code.names {
		if e := c.code.modules[module].Encoding; e != nil && e.Misread {
			c.inFile(diagnostic.Warning, "python-encoding", fileOf(module), e.Position, "remove this line",
				fmt.Sprintf("the file says that its encoding is %s, but it is UTF-8; Python would misread its characters beyond ASCII", e.Name))
		}
	}
}

// eachScope visits all scopes of a module: functions, classes, lambdas and
// comprehensions at any depth.
func eachScope(s *python.Scope, visit func(*python.Scope)) {
	visit(s)
	for _, inner := range s.Inner {
		eachScope(inner, visit)
	}
	for _, b := range s.Bindings {
		switch {
		case b.Function != nil:
			eachScope(b.Function.Body, visit)
		case b.Class != nil:
			eachScope(b.Class.Body, visit)
		}
	}
}

// eachCall visits all calls in the driver's Python.
func (c *checker) eachCall(visit func(at python.Place, call *python.Call)) {
	for _, module := range c.code.names {
		eachScope(c.code.modules[module].Scope, func(s *python.Scope) {
			for _, call := range s.Calls {
				visit(python.Place{Module: module, Scope: s, Position: call.Position}, call)
			}
		})
	}
}
