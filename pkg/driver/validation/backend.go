package validation

import (
	"io/fs"
	"strings"
	"sync"

	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
	sdk "github.com/styrmin/kubectl-styrmin/pkg/runner/python"
)

// backendModule is what actions import from.
const backendModule = sdk.Package + ".actions"

// offer is what actions can import, as the Python package itself says.
type offer struct {
	// names are those that it exports.
	names []string
	// primitives are those of them that act on components.
	primitives map[string]primitive
}

// primitive is a function of the backend that acts on components.
type primitive struct {
	// parameters in their order. Those up to required have no default; those
	// from positional on are given by name only.
	parameters           []string
	required, positional int
}

// backend is the offer of the package that this binary carries.
var backend = sync.OnceValue(func() offer { return readOffer(sdk.Files()) })

// readOffer reads the package's sources. A name whose definition it does not find is
// no primitive to it, and then no call of it is judged.
func readOffer(sources fs.FS) offer {
	found := offer{primitives: map[string]primitive{}}
	exporting := parsed(sources, backendModule)
	for _, b := range exporting.Bindings {
		if b.Name == "__all__" && b.Value != nil {
			for _, item := range b.Value.Items {
				found.names = append(found.names, item.Text)
			}
		}
	}
	modules := map[string]*python.Scope{}
	for _, b := range exporting.Bindings {
		if b.Import == nil || !contains(found.names, b.Name) {
			continue
		}
		if modules[b.Import.Module] == nil {
			modules[b.Import.Module] = parsed(sources, b.Import.Module)
		}
		if p, ok := definition(modules[b.Import.Module], b.Import.Member); ok {
			found.primitives[b.Name] = p
		}
	}
	return found
}

// parsed is a module of the package; an empty one when it has none of the name.
func parsed(sources fs.FS, module string) *python.Scope {
	source, err := fs.ReadFile(sources, strings.ReplaceAll(module, ".", "/")+".py")
	if err != nil {
		return &python.Scope{}
	}
	m, err := python.Parse(string(source))
	if err != nil {
		return &python.Scope{}
	}
	return m.Scope
}

// definition is the function of the name that the module makes a primitive.
func definition(module *python.Scope, name string) (primitive, bool) {
	for _, b := range module.Bindings {
		if b.Name != name || b.Function == nil || len(b.Function.Decorators) != 1 || b.Function.Decorators[0].Text != "primitive" {
			continue
		}
		var p primitive
		for _, parameter := range b.Function.Parameters {
			p.parameters = append(p.parameters, parameter.Name)
			if !parameter.HasDefault {
				p.required++
			}
			if parameter.Kind == python.Positional {
				p.positional++
			}
		}
		return p, true
	}
	return primitive{}, false
}

// prefectArguments are taken by every call of a task.
var prefectArguments = []string{"wait_for", "return_state"}

// use is a call of something of the backend.
type use struct {
	at   python.Place
	call *python.Call
	// name is that of the primitive, or of what the backend does not have.
	name string
	// submitted tells NAME.submit(…), which is not awaited.
	submitted bool
}

// uses lists the calls of what is imported from the backend.
func (c *checker) uses() []use {
	if c.backendUses != nil {
		return c.backendUses
	}
	c.backendUses = []use{}
	c.eachCall(func(at python.Place, call *python.Call) {
		for _, m := range c.code.Resolve(at, call.Path) {
			if name, submitted, ok := ofBackend(m.Name); ok {
				c.backendUses = append(c.backendUses, use{at, call, name, submitted})
				return
			}
		}
	})
	return c.backendUses
}

// ofBackend takes a path apart that leads to a name of the backend.
func ofBackend(path string) (name string, submitted, ok bool) {
	path, _ = normal(path)
	name, ok = strings.CutPrefix(path, backendModule+".")
	name, submitted = strings.CutSuffix(name, ".submit")
	return name, submitted, ok && !strings.ContainsAny(name, ".(")
}

// argument is what a call gives for a parameter: nil when nothing, or when it
// cannot be told.
func (u use) argument(parameter string) *python.Expression {
	p, position := backend().primitives[u.name], 0
	for i, a := range u.call.Arguments {
		switch {
		case a.Name == parameter:
			return &u.call.Arguments[i].Value
		case a.Name == "*":
			position = p.positional
		case a.Name == "":
			if position < p.positional && p.parameters[position] == parameter {
				return &u.call.Arguments[i].Value
			}
			position++
		}
	}
	return nil
}
