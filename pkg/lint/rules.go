package lint

import (
	"fmt"
	"maps"
	"slices"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/values"
)

// rules are those of this package, in the order in which they are checked.
var rules = []struct {
	diagnostic.Rule
	check func(*checker)
}{
	{diagnostic.Rule{ID: "inputs", Summary: "The version and the parameters that are given fit the driver."}, checkInputs},
	{diagnostic.Rule{ID: "values-undefined", Summary: "values.j2.yml refers only to what is there."}, checkValuesUndefined},
	{diagnostic.Rule{ID: "values-render", Summary: "values.j2.yml renders with the driver's defaults to a YAML mapping."}, checkValuesRender},
}

// checker is what a rule sees, and where it reports.
type checker struct {
	*driver.Driver
	in Inputs
	// template is nil when there is none that can be parsed.
	template *values.Template
	// usable is true while nothing was found that makes later rules report the same again.
	usable   bool
	problems diagnostic.Collector
}

// report reports a field of driver.styrmin.yml.
func (c *checker) report(s diagnostic.Severity, rule, path, help, format string, args ...any) {
	at := c.Position(path)
	if path == parametersPath {
		at = c.KeyPosition(path)
	}
	c.problems.Add(diagnostic.Diagnostic{
		File: c.FileName(v1.DriverFile), Position: at,
		Severity: s, Rule: rule, Path: path, Message: fmt.Sprintf(format, args...), Help: help,
	})
	c.usable = c.usable && s != diagnostic.Error
}

// inTemplate reports a place in values.j2.yml.
func (c *checker) inTemplate(s diagnostic.Severity, rule string, at diagnostic.Position, help, message string) {
	c.problems.Add(diagnostic.Diagnostic{
		File: c.FileName(v1.ValuesFile), Position: at, Severity: s, Rule: rule, Message: message, Help: help,
	})
	c.usable = c.usable && s != diagnostic.Error
}

const parametersPath = "spec.parameters"

func checkInputs(c *checker) {
	const rule = "inputs"
	spec := c.Object.Spec
	if c.in.Version != "" || c.in.NoSamples && spec.DefaultVersion == "" {
		for _, problem := range instance.CheckVersion(c.Driver, c.in.Version) {
			c.report(diagnostic.Error, rule, "spec.supported_versions", "", "%s", problem)
		}
	}
	given, err := c.in.Parameters(spec.Parameters)
	if err != nil {
		c.report(diagnostic.Error, rule, parametersPath, "", "%v", err)
	}
	for i, p := range spec.Parameters {
		if _, ok := given[p.Name]; !ok && p.Default == nil && c.in.NoSamples {
			c.report(diagnostic.Error, rule, diagnostic.Index(parametersPath, i), "", "%s", instance.MissingParameter(p.Name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(spec.Parameters, func(p v1.Parameter) bool { return p.Name == name })
		if i < 0 {
			c.report(diagnostic.Error, rule, parametersPath, "", "%s", instance.UnknownParameter(spec.Parameters, name))
			continue
		}
		if problem := instance.CheckParameter(spec.Parameters[i], given[name]); problem != "" && spec.Parameters[i].Kind != "" {
			c.report(diagnostic.Error, rule, diagnostic.Index(parametersPath, i), "", "%s", problem)
		}
	}
}
