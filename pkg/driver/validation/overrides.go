package validation

import (
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

func overridePath(i int, field string) string {
	return diagnostic.Index("spec.container_overrides", i) + "." + field
}

func checkOverrideContainer(c *checker) {
	const rule = "override-container"
	first := map[[2]string]int{}
	for i, o := range c.Object.Spec.ContainerOverrides {
		path := overridePath(i, "container")
		of := [2]string{o.Component, o.Container}
		earlier, taken := first[of]
		switch {
		case o.Container == "":
			c.err(rule, path, "", "%s is missing; expected a container's name", path)
		case len(validation.IsDNS1123Label(o.Container)) > 0:
			c.err(rule, path, "", "%s is %q, which is no container's name: expected lower-case letters, digits and '-', at most 63, with a letter or digit at both ends", path, o.Container)
		case taken && o.Component != "":
			c.warn(rule, path, "make one entry of the two", "%s is %q of the component %q, as that of spec.container_overrides[%d] is", path, o.Container, o.Component, earlier)
		default:
			first[of] = i
		}
	}
}

func checkOverrideNothing(c *checker) {
	for i, o := range c.Object.Spec.ContainerOverrides {
		path := diagnostic.Index("spec.container_overrides", i)
		if !o.Command && !o.Args && !c.Incomplete(path) {
			c.warn("override-nothing", path, "add `command: true` or `args: true`, or remove the entry", "%s lets neither the command nor the arguments be set", path)
		}
	}
}
