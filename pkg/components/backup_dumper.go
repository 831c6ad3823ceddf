package components

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// dumper is how the data of one kind of database gets out of its container, and in again.
type dumper struct {
	kind string
	// dump writes everything to standard output; restore reads it. Both are scripts that never
	// change: what they need they find in the environment of the container, as the well-known
	// images name it. No password is in any command line.
	dump, restore string
	// before and after surround the dump when it is restored. Without what is after it, a
	// restore that broke off changes nothing, where the database can do that. What is before
	// ends an earlier restore: Kubernetes lets its program wait on with all its locks when
	// whoever fed it was killed.
	before, after string
}

// dumpers are the kinds of backups by dump.
var dumpers = map[string]dumper{"postgres": postgres, "mariadb": mariadb}

// dumperOf is the one of the component's driver.
func dumperOf(component Component) (dumper, error) {
	kinds := strings.Join(slices.Sorted(maps.Keys(dumpers)), ", ")
	if component.Backup == nil || component.Backup.Kind == "" {
		return dumper{}, &UnsupportedError{What: fmt.Sprintf("the driver does not say how it is backed up: set spec.components.%s.backup.kind to one of %s", component.Name, kinds)}
	}
	kind := component.Backup.Kind
	d, known := dumpers[kind]
	if !known {
		return dumper{}, &UnsupportedError{What: fmt.Sprintf("spec.components.%s.backup.kind is %q, and this version makes backups of the kinds %s; nothing was done. "+
			"For another kind, let an action call execute_commands or run_job with the application's own program", component.Name, kind, kinds)}
	}
	return d, nil
}
