package chart

import (
	"slices"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// checkOverrideContainer warns only: other parameters may add the container.
func checkOverrideContainer(e *evidence) {
	for i, o := range e.Object.Spec.ContainerOverrides {
		path := diagnostic.Index("spec.container_overrides", i) + ".container"
		names := e.containers(o.Component)
		if len(names) == 0 || o.Container == "" || slices.Contains(names, o.Container) {
			continue
		}
		help := diagnostic.Suggest(o.Container, names)
		if help == "" {
			help = "the containers are " + strings.Join(names, ", ")
		}
		e.report(diagnostic.Warning, "chart-override-container", path, e.shown(help),
			"%s is %q, but no pod of component %q has such a container", path, o.Container, o.Component)
	}
}

// containers lists the names of a component's containers, sorted.
func (e *evidence) containers(component string) []string {
	var out []string
	for _, w := range e.runs[component] {
		for _, c := range w.containers {
			out = append(out, c.name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
