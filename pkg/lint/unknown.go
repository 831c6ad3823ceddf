package lint

import (
	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/values"
)

// Unknown says which flags give what the driver's template reads and only an
// operator knows. What fails with such values may be right with real ones.
func (r *Resolution) Unknown(d *driver.Driver) []string {
	t, err := values.Parse(v1.ValuesFile, d.Files[v1.ValuesFile])
	if err != nil {
		return nil
	}
	return r.unknown(t.Reads())
}

func (r *Resolution) unknown(influences map[string]bool) []string {
	var give []string
	for _, name := range r.Sampled {
		if touches(influences, "parameters", name) {
			give = append(give, "`--set "+name+"=VALUE`")
		}
	}
	if r.VersionSampled && touches(influences, "app", "version") {
		give = append(give, "`--version VERSION`")
	}
	if touches(influences, "instance", "config") && !r.configured() {
		give = append(give, "`--context-file FILE` with `instance.config`")
	}
	return give
}

// configured is true when Inputs.Context has configuration of the instance.
func (r *Resolution) configured() bool {
	instance, _ := r.Variables["instance"].(map[string]any)
	config, _ := instance["config"].(map[string]any)
	return len(config) > 0
}
