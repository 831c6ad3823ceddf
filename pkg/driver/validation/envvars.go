package validation

import (
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

func envVarPath(i int, field string) string {
	return diagnostic.Index("spec.env_vars", i) + "." + field
}

// checkEnvVarName warns only: env_vars are documentation.
func checkEnvVarName(c *checker) {
	const rule = "env-var-name"
	first := map[string]int{}
	for i, e := range c.Object.Spec.EnvVars {
		path := envVarPath(i, "name")
		earlier, taken := first[e.Name]
		switch {
		case e.Name == "":
			c.warn(rule, path, "add `name:` with the variable's name, or remove the entry", "%s is missing; expected the name of the variable that this documents", path)
		case len(validation.IsEnvVarName(e.Name)) > 0:
			c.warn(rule, path, "", "%s is %q, which no container can have; expected a name such as LOG_LEVEL", path, e.Name)
		case taken:
			c.warn(rule, path, "make one entry of the two, with the components of both", "%s is %q, as is that of spec.env_vars[%d]", path, e.Name, earlier)
		default:
			first[e.Name] = i
		}
	}
}

func checkEnvVarLevel(c *checker) {
	const rule = "env-var-level"
	for i, e := range c.Object.Spec.EnvVars {
		c.plausible(rule, envVarPath(i, "level"), e.Level, []string{"component"})
		path := envVarPath(i, "components")
		if e.Level == "component" && len(e.Components) == 0 && !c.Incomplete(path) {
			c.warn(rule, path, "add `components:` with the list of those that read it", "%s is missing, but the level is component", path)
		}
		c.unique(rule, path, "the component", e.Components)
	}
}
