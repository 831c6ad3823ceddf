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

// owners lists the components of every workload, by the workload's name. Of those
// with the same labels, which pkg/driver/validation reports, it has the first.
func (e *evidence) owners() map[string][]owner {
	out, seen := map[string][]owner{}, map[string]bool{}
	for _, component := range e.components() {
		identifier, _ := e.identifier(component)
		if seen[written(identifier)] {
			continue
		}
		seen[written(identifier)] = true
		for _, w := range e.runs[component] {
			out[w.String()] = append(out[w.String()], owner{component, len(identifier), w})
		}
	}
	return out
}
