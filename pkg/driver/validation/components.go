package validation

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

const componentsPath = "spec.components"

// componentPath is the path of a component's field.
func componentPath(name string) string { return diagnostic.Field(componentsPath, name) }

// eachComponent calls with every component in the order of their names.
func (c *checker) eachComponent(f func(name, path string, component v1.Component)) {
	for _, name := range c.componentNames() {
		f(name, componentPath(name), c.Object.Spec.Components[name])
	}
}

// componentNames are sorted.
func (c *checker) componentNames() []string {
	if c.names == nil {
		c.names = slices.Sorted(maps.Keys(c.Object.Spec.Components))
	}
	return c.names
}

// componentName is a name that is easy to give on a command line.
var componentName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$`)

func checkComponentName(c *checker) {
	c.eachComponent(func(name, path string, _ v1.Component) {
		if !componentName.MatchString(name) {
			c.atKey(diagnostic.Warning, "component-name", path, "rename it, here and where templates and actions use it",
				fmt.Sprintf("the component's name is %q; expected letters, digits, '-', '_' and '.', with a letter or digit at both ends, as in task-worker", name))
		}
	})
}

func checkComponentIdentifier(c *checker) {
	const rule = "component-identifier"
	c.eachComponent(func(name, path string, component v1.Component) {
		path += ".identifier.label"
		labels := component.Identifier.Label
		if len(labels) == 0 && !c.Incomplete(path) {
			c.err(rule, path, "add `identifier:` with `label:` and the labels of the component's pods, such as `app: "+name+"`",
				"the component %q has no identifier; its pods cannot be found", name)
		}
		c.labels(rule, path, labels)
	})
}

func checkComponentSame(c *checker) {
	first := map[string]string{}
	c.eachComponent(func(name, path string, component v1.Component) {
		path += ".identifier.label"
		labels := fmt.Sprint(component.Identifier.Label)
		earlier, taken := first[labels]
		switch {
		case len(component.Identifier.Label) == 0 || c.Incomplete(path):
		case taken:
			c.warn("component-same", path, "give each the labels that only its own pods have",
				"the components %q and %q have the same labels, so that stopping one stops the other", earlier, name)
		default:
			first[labels] = name
		}
	})
}

const (
	keyForm   = "expected letters, digits, '-', '_' and '.', at most 63, with a letter or digit at both ends, after an optional DNS name and '/'"
	valueForm = "letters, digits, '-', '_' and '.', at most 63, with a letter or digit at both ends"
)

// labels checks labels as Kubernetes does.
func (c *checker) labels(rule, path string, labels map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		field := diagnostic.Field(path, key)
		if len(validation.IsQualifiedName(key)) > 0 {
			c.atKey(diagnostic.Error, rule, field, "write one such as app or app.kubernetes.io/component", fmt.Sprintf("%q is no label's key: %s", key, keyForm))
		}
		if len(validation.IsValidLabelValue(labels[key])) > 0 {
			c.err(rule, field, "", "%s is %q; expected a label's value: %s", field, labels[key], valueForm)
		}
	}
}

// ofAll are the kinds of backups that need no volume named: those that a database's own
// program makes, and the one of disks, which is of all that the component has.
var ofAll = []string{"postgres", "mariadb", "disk"}

func checkComponentBackup(c *checker) {
	const rule = "component-backup"
	c.eachComponent(func(_, path string, component v1.Component) {
		path += ".backup"
		backup := component.Backup
		if backup == nil {
			return
		}
		if backup.Kind == "" {
			c.warn(rule, path+".kind", "add `kind:` with the way of backing up, such as `kind: volume`", "%s is missing; expected the way of backing up", path+".kind")
		}
		switch {
		case backup.Volume != "" && len(backup.Volumes) > 0:
			c.warn(rule, path+".volume", "move it to the list", "%s and %s are both given; expected one of them", path+".volume", path+".volumes")
		case slices.Contains(ofAll, backup.Kind):
		case backup.Volume == "" && len(backup.Volumes) == 0 && !c.Incomplete(path):
			c.warn(rule, path, "add `volume:` with the volume's name, or `volumes:` with a list", "%s names nothing to back up; expected `volume` or `volumes`", path)
		}
		c.unique(rule, path+".volumes", "the volume", backup.Volumes)
	})
}

func checkComponentUnknown(c *checker) {
	for i, e := range c.Object.Spec.EnvVars {
		for j, name := range e.Components {
			c.component("component-unknown", diagnostic.Index(envVarPath(i, "components"), j), name)
		}
	}
	for i, o := range c.Object.Spec.ContainerOverrides {
		path := overridePath(i, "component")
		if o.Component == "" {
			c.err("component-unknown", path, "", "%s is missing; expected a component's name", path)
			continue
		}
		c.component("component-unknown", path, o.Component)
	}
}

// component reports a reference to a component that the driver does not have;
// one that has no components at all is told so once.
func (c *checker) component(rule, path, name string) {
	_, known := c.Object.Spec.Components[name]
	if known || c.noComponents || c.problems.Full(rule) || c.Invalid(componentPath(name)) {
		return
	}
	names := c.componentNames()
	help := diagnostic.Suggest(name, names)
	switch {
	case help != "":
	case len(names) == 0:
		c.noComponents = true
		help = "declare it and the other components under spec.components"
	default:
		help = "the components are " + quoted(names)
	}
	c.err(rule, path, help, "%s is %q, but spec.components has no such component", path, name)
}
