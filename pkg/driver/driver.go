// Package driver loads an Application Driver, from a directory or a stream with
// source positions, or from the object an API server holds.
package driver

import (
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// Driver is one Application Driver: the spec and the files beside it.
type Driver struct {
	// Dir is the directory it was loaded from; empty when it came from the cluster
	// or from a stream alone.
	Dir string
	// Object is the spec, with actions of the top level moved to Spec.Actions.
	// Fields of a wrong type are left out. Files are in Files only.
	Object v1.ApplicationDriver
	// Raw is driver.styrmin.yml as JSON-compatible values, unknown fields included.
	Raw map[string]any
	// Files holds actions.py, values.j2.yml and further Python modules by name.
	Files map[string]string
	// Partial is true when the other files are unknown rather than absent: the
	// spec came from a stream without a directory, or is an object that plain
	// kubectl applied. Nothing can be said then of what is in them.
	Partial bool

	// file is the path under which diagnostics name driver.styrmin.yml, when it is
	// another than Dir has.
	file    string
	source  *source
	invalid invalid
	// unreadable holds the names of the files that are there but could not be read.
	unreadable map[string]bool
}

// Actions lists the actions of a hook and mode in the order of their declaration.
func (d *Driver) Actions(hook v1.Hook, mode v1.Mode) []v1.Action {
	var out []v1.Action
	for _, a := range d.Object.Spec.Actions {
		if a.Hook == hook && a.Mode == mode {
			out = append(out, a)
		}
	}
	return out
}

// ActionsPath is the field path under which the actions were written:
// spec.actions, or actions when they are at the top level.
func (d *Driver) ActionsPath() string {
	if _, top := d.Raw["actions"]; top && !d.hasSpecActions() {
		return "actions"
	}
	return "spec.actions"
}

func (d *Driver) hasSpecActions() bool {
	spec, _ := d.Raw["spec"].(map[string]any)
	return spec["actions"] != nil
}

// Position is where the value of the field path stands in driver.styrmin.yml,
// or else the nearest enclosing one; zero when the driver came from the cluster.
func (d *Driver) Position(path string) diagnostic.Position {
	return d.source.value(d.written(path))
}

// KeyPosition is where the key of the field path stands in driver.styrmin.yml.
func (d *Driver) KeyPosition(path string) diagnostic.Position {
	return d.source.key(d.written(path))
}

// written is the path as the file has it: a list of actions at the top level
// is spec.actions to everyone else.
func (d *Driver) written(path string) string {
	if d.ActionsPath() == "actions" && diagnostic.Within(path, "spec.actions") {
		return strings.TrimPrefix(path, "spec.")
	}
	return path
}

// Unreadable reports whether the file is there but could not be read, which
// loading has reported.
func (d *Driver) Unreadable(name string) bool { return d.unreadable[name] }
