package validation

import (
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// backendModule is what actions import from.
const backendModule = "styrmin_backend.actions"

// backend are the names that it has. A test holds them against the package itself.
var backend = []string{
	"CommandFailed", "CommandResult", "GlobalContext", "PrimitiveFailed", "get_context",
	"execute_command", "execute_commands", "start_component", "start_components", "stop_component", "stop_components",
}

// primitive is a function of the backend that acts on components.
type primitive struct {
	// parameters in their order. Those up to required have no default.
	parameters []string
	required   int
}

// primitives by their names. A test holds them against the package itself.
var primitives = map[string]primitive{
	"stop_components":  {[]string{"deployment_id", "components", "timeout"}, 2},
	"start_components": {[]string{"deployment_id", "components", "timeout"}, 2},
	"stop_component":   {[]string{"deployment_id", "component", "timeout"}, 2},
	"start_component":  {[]string{"deployment_id", "component", "timeout"}, 2},
	"execute_commands": {[]string{"deployment_id", "component", "commands", "container", "timeout", "expect", "reject"}, 3},
	"execute_command":  {[]string{"deployment_id", "component", "command", "container", "timeout", "expect", "reject"}, 3},
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
	position := 0
	for i, a := range u.call.Arguments {
		switch {
		case a.Name == parameter:
			return &u.call.Arguments[i].Value
		case a.Name == "*":
			position = len(primitives[u.name].parameters)
		case a.Name == "":
			if position < len(primitives[u.name].parameters) && primitives[u.name].parameters[position] == parameter {
				return &u.call.Arguments[i].Value
			}
			position++
		}
	}
	return nil
}
