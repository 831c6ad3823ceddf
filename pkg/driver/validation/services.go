package validation

import "github.com/styrmin/kubectl-styrmin/pkg/diagnostic"

func servicePath(i int, field string) string {
	return diagnostic.Index("spec.services", i) + "." + field
}

func checkServiceName(c *checker) {
	first := map[string]int{}
	for i, s := range c.Object.Spec.Services {
		path := servicePath(i, "name")
		earlier, taken := first[s.Name]
		switch {
		case s.Name == "":
			c.err("service-name", path, "", "%s is missing; expected a name by which templates find the service", path)
		case taken:
			c.err("service-name", path, "rename one of the two", "%s is %q, as is that of spec.services[%d]", path, s.Name, earlier)
		default:
			first[s.Name] = i
		}
	}
}

func checkServiceKind(c *checker) {
	for i, s := range c.Object.Spec.Services {
		c.plausible("service-kind", servicePath(i, "kind"), s.Kind, []string{"http"})
	}
}

func checkServiceScope(c *checker) {
	for i, s := range c.Object.Spec.Services {
		c.plausible("service-scope", servicePath(i, "scope"), s.Scope, []string{"external", "internal"})
	}
}

func checkServicePort(c *checker) {
	for i, s := range c.Object.Spec.Services {
		path := servicePath(i, "port")
		if _, given := rawField(c.Raw, "services", i, "port"); !given {
			c.err("service-port", path, "", "%s is missing; expected the container's port", path)
		} else if s.Port < 1 || s.Port > 65535 {
			c.err("service-port", path, "", "%s is %d; expected a number between 1 and 65535", path, s.Port)
		}
	}
}

// rawField is a field of an item of a list in the spec, as it was written.
func rawField(raw map[string]any, list string, i int, field string) (any, bool) {
	spec, _ := raw["spec"].(map[string]any)
	items, _ := spec[list].([]any)
	if i >= len(items) {
		return nil, false
	}
	item, _ := items[i].(map[string]any)
	value, ok := item[field]
	return value, ok
}

func checkServiceComponent(c *checker) {
	for i, s := range c.Object.Spec.Services {
		if s.Component != "" {
			c.component("service-component-unknown", servicePath(i, "component"), s.Component)
		}
	}
}
