package instance

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

// Changes names the inputs in which two instances differ, beside the versions of the
// application and of the driver. It holds no values: they may be secret.
type Changes struct {
	// Parameters are names; a parameter that only one driver declares counts, too.
	Parameters []string `json:"parameters"`
	// Config are the keys of the site configuration.
	Config []string `json:"config"`
	// Files are the driver's that have another content, or that only one has.
	Files []string `json:"files"`
	// Chart is true when the chart has another content.
	Chart bool `json:"chart"`
}

// None is true when nothing differs.
func (c Changes) None() bool { return len(c.Parameters)+len(c.Config)+len(c.Files) == 0 && !c.Chart }

// Lines says for people what differs, a line for each kind of input.
func (c Changes) Lines() []string {
	var lines []string
	for _, kind := range []struct {
		what  string
		names []string
	}{
		{"parameters change", c.Parameters},
		{"configuration changes", c.Config},
		{"files of the driver change", c.Files},
	} {
		if len(kind.names) > 0 {
			lines = append(lines, kind.what+": "+strings.Join(kind.names, ", "))
		}
	}
	if c.Chart {
		lines = append(lines, "the chart changes")
	}
	return lines
}

// Changed compares two instances; nil for from compares with nothing, where
// every parameter, key and file is new.
func Changed(from, to *Instance) Changes {
	if from == nil {
		from = &Instance{}
	}
	return Changes{
		Parameters: differing(from.Context.Parameters, to.Context.Parameters),
		Config:     differing(from.Context.Instance.Config, to.Context.Instance.Config),
		Files:      differing(filesOf(from.Driver), filesOf(to.Driver)),
		Chart:      from.Context.App.Chart != to.Context.App.Chart,
	}
}

// filesOf are the contents of a driver's files by their names, driver.styrmin.yml among them.
func filesOf(d *driver.Driver) map[string]any {
	files := map[string]any{}
	if d == nil {
		return files
	}
	files[v1.DriverFile] = d.Raw
	for name, content := range d.Files {
		files[name] = content
	}
	return files
}

// differing lists the sorted keys whose values are not the same.
func differing(from, to map[string]any) []string {
	all := maps.Clone(from)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, to)
	keys := []string{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		before, had := from[key]
		after, has := to[key]
		if had != has || !same(before, after) {
			keys = append(keys, key)
		}
	}
	return keys
}

// same compares two values as JSON: one that was stored may have come back as
// another of Go's types.
func same(a, b any) bool {
	left, err := json.Marshal(a)
	right, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(left, right)
}
