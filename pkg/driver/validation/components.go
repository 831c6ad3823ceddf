package validation

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// componentPath is the path of a component's field.
func componentPath(name string) string { return diagnostic.Field("spec.components", name) }

func checkComponentIdentifier(c *checker) {
	const rule = "component-identifier"
	for _, name := range slices.Sorted(maps.Keys(c.Object.Spec.Components)) {
		path := componentPath(name) + ".identifier.label"
		labels := c.Object.Spec.Components[name].Identifier.Label
		if len(labels) == 0 && !c.Incomplete(path) {
			c.err(rule, path, "add `identifier:` with `label:` and the labels of the component's pods, such as `app: "+name+"`",
				"the component %q has no identifier; its pods cannot be found", name)
		}
		for _, key := range slices.Sorted(maps.Keys(labels)) {
			field := diagnostic.Field(path, key)
			if problems := validation.IsQualifiedName(key); len(problems) > 0 {
				c.err(rule, field, "write one such as app or app.kubernetes.io/component", "%q is no label's key: expected letters, digits, '-', '_' and '.', at most 63, after an optional DNS name and '/'", key)
			}
			if problems := validation.IsValidLabelValue(labels[key]); len(problems) > 0 {
				c.err(rule, field, "", "%s is %q; expected a label's value: letters, digits, '-', '_' and '.', at most 63, with a letter or digit at both ends", field, labels[key])
			}
		}
	}
}

func checkComponentUnknown(c *checker) {
	for i, e := range c.Object.Spec.EnvVars {
		for j, name := range e.Components {
			c.component("component-unknown", diagnostic.Index(diagnostic.Index("spec.env_vars", i)+".components", j), name)
		}
	}
	for i, o := range c.Object.Spec.ContainerOverrides {
		path := diagnostic.Index("spec.container_overrides", i) + ".component"
		if o.Component == "" {
			c.err("component-unknown", path, "", "%s is missing; expected a component's name", path)
			continue
		}
		c.component("component-unknown", path, o.Component)
	}
}

// component reports a reference to a component that the driver does not have.
func (c *checker) component(rule, path, name string) {
	if _, ok := c.Object.Spec.Components[name]; ok || c.Invalid(componentPath(name)) {
		return
	}
	names := slices.Sorted(maps.Keys(c.Object.Spec.Components))
	help := diagnostic.Suggest(name, names)
	switch {
	case help != "":
	case len(names) == 0:
		help = "declare it under spec.components"
	default:
		help = "the components are " + quoted(names)
	}
	c.err(rule, path, help, "%s is %q, but spec.components has no such component", path, name)
}
