package driver

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

// invalid holds the paths of fields that were reported as having the wrong type
// or name: true for the field itself, false for what encloses it.
type invalid map[string]bool

func (i invalid) add(path string) {
	i[path] = true
	for path != "" {
		path = diagnostic.Parent(path)
		if _, known := i[path]; known {
			return
		}
		i[path] = false
	}
}

// covers reports whether the field, or what encloses it, was reported.
func (i invalid) covers(path string) bool {
	for path != "" {
		if i[path] {
			return true
		}
		path = diagnostic.Parent(path)
	}
	return i[""]
}

// Invalid reports whether the field, or what encloses it, was already reported
// as having the wrong type or name. Invalid("") is true when nothing of
// driver.styrmin.yml could be read: the spec is unknown then, and only the other
// files can be checked.
func (d *Driver) Invalid(path string) bool { return d.invalid.covers(path) }

// Incomplete reports whether something in the field was reported as invalid and
// so left out of Object, or the field itself was.
func (d *Driver) Incomplete(path string) bool {
	_, within := d.invalid[path]
	return within || d.Invalid(path)
}
