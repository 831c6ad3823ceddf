package chart

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// checkOverlap reports the components that say less of their pods: they are the ones to narrow.
func checkOverlap(e *evidence) {
	broad := map[string][]string{}
	for _, owners := range e.owners() {
		slices.SortFunc(owners, func(a, b owner) int {
			return cmp.Or(cmp.Compare(a.labels, b.labels), cmp.Compare(a.component, b.component))
		})
		narrow := owners[len(owners)-1]
		for _, o := range owners[:len(owners)-1] {
			broad[o.component] = append(broad[o.component], e.shown(fmt.Sprintf("%s of %q", o.workload, narrow.component)))
		}
	}
	for _, component := range slices.Sorted(maps.Keys(broad)) {
		slices.Sort(broad[component])
		e.report(diagnostic.Warning, "chart-component-overlap", identifierPath(component), "add a label that those pods do not have",
			"the labels of component %q match pods of other components, too: %s; stopping one stops the other", component, few(broad[component]))
	}
}

// owner is a component that a workload belongs to.
type owner struct {
	component string
	labels    int
	workload  workload
}

// owners lists the components of every workload, by the workload's name.
func (e *evidence) owners() map[string][]owner {
	out := map[string][]owner{}
	for component, workloads := range e.runs {
		for _, w := range workloads {
			out[w.String()] = append(out[w.String()], owner{component, len(e.Object.Spec.Components[component].Identifier.Label), w})
		}
	}
	return out
}
