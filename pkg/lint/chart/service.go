package chart

import (
	"fmt"
	"slices"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// checkServicePort warns only: a container may listen on more ports than it declares.
func checkServicePort(e *evidence) {
	for i, s := range e.Object.Spec.Services {
		path := diagnostic.Index("spec.services", i) + ".port"
		declared, has := e.ports(s.Component, int(s.Port))
		if len(declared) == 0 || has || s.Port < 1 || s.Port > 65535 {
			continue
		}
		e.report(diagnostic.Warning, "chart-service-port", path, "the containers declare "+few(declared),
			"%s is %d, which no container of component %q declares", path, s.Port, s.Component)
	}
}

// ports describes the ports that a component's containers declare, and tells whether one of
// them is the wanted one.
func (e *evidence) ports(component string, wanted int) (declared []string, has bool) {
	for _, w := range e.runs[component] {
		for _, c := range w.containers {
			for _, port := range c.ports {
				has = has || port == wanted
				declared = append(declared, fmt.Sprintf("%d (%s)", port, e.shown(c.name)))
			}
		}
	}
	slices.Sort(declared)
	return slices.Compact(declared), has
}
