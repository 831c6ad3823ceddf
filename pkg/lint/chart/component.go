package chart

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"
	kubevalidation "k8s.io/apimachinery/pkg/util/validation"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/validation"
)

// identifierPath is where a component's labels stand.
func identifierPath(component string) string {
	return diagnostic.Field("spec.components", component) + ".identifier.label"
}

// identifier is a component's labels; false when they are none, or malformed,
// which pkg/driver/validation reports.
func (e *evidence) identifier(component string) (map[string]string, bool) {
	declared := e.Object.Spec.Components[component].Identifier.Label
	for _, value := range declared {
		if len(kubevalidation.IsValidLabelValue(value)) > 0 {
			return nil, false
		}
	}
	return declared, len(declared) > 0 && !e.Invalid(identifierPath(component))
}

// components lists the names of those with labels, sorted.
func (e *evidence) components() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(e.Object.Spec.Components)), func(name string) bool {
		_, ok := e.identifier(name)
		return !ok
	})
}

// match finds the workloads of every component: those whose pods its labels select.
func (e *evidence) match() {
	e.runs = map[string][]workload{}
	for _, name := range e.components() {
		wanted, _ := e.identifier(name)
		selector := labels.SelectorFromSet(wanted)
		for _, w := range e.manifest.workloads {
			if selector.Matches(labels.Set(w.labels)) {
				e.runs[name] = append(e.runs[name], w)
			}
		}
	}
}

func checkUnmatched(e *evidence) {
	const rule = "chart-component-unmatched"
	if e.manifest == nil {
		return
	}
	unmatched := slices.DeleteFunc(e.components(), func(name string) bool { return len(e.runs[name]) > 0 })
	if len(unmatched) == 0 {
		return
	}
	needed := validation.Needed(e.Driver)
	for _, name := range unmatched {
		if e.problems.Full(rule) {
			return
		}
		// It may be that other parameters switch the component on, or that the
		// controller of a custom resource runs it.
		severity, which := diagnostic.Warning, ""
		if needed[name] && !e.manifest.custom {
			severity, which = diagnostic.Error, ", which an action acts on"
		}
		wanted, _ := e.identifier(name)
		e.report(severity, rule, e.culprit(name, wanted), e.candidates(wanted),
			"no pod template of the chart has the labels of component %q%s: %s", name, which, written(wanted))
	}
}

// culprit is the path of the first label that no workload has at all, or of all labels.
func (e *evidence) culprit(component string, wanted map[string]string) string {
	path := identifierPath(component)
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		known := func(w workload) bool { return w.labels[key] == wanted[key] }
		if !slices.ContainsFunc(e.manifest.workloads, known) {
			return diagnostic.Field(path, key)
		}
	}
	return path
}

// candidates says which labels there are under the same keys, the nearest first.
func (e *evidence) candidates(wanted map[string]string) string {
	if len(e.manifest.workloads) == 0 {
		return "the chart renders no workload with these values"
	}
	var out []string
	for _, w := range nearestFirst(e.manifest.workloads, wanted) {
		has := w.under(wanted)
		if len(has) == 0 {
			has = w.labels
		}
		out = append(out, e.shown(fmt.Sprintf("%s (%s)", w, written(has))))
	}
	return "the chart has " + few(out)
}

// under are the labels of the workload's pods that have the keys wanted.
func (w workload) under(wanted map[string]string) map[string]string {
	out := maps.Clone(w.labels)
	maps.DeleteFunc(out, func(key, _ string) bool {
		_, ok := wanted[key]
		return !ok
	})
	return out
}

// nearestFirst sorts workloads: the one whose labels are likely misspelt, then those
// that have most of what is wanted.
func nearestFirst(workloads []workload, wanted map[string]string) []workload {
	type ranked struct {
		workload
		text string
		rank int
	}
	all, texts := make([]ranked, len(workloads)), map[string]bool{}
	for i, w := range workloads {
		under := w.under(wanted)
		all[i] = ranked{w, written(under), 2*len(wanted) - len(under) - equal(under, wanted)}
		texts[all[i].text] = true
	}
	if nearest := diagnostic.Nearest(written(wanted), slices.Collect(maps.Keys(texts))); nearest != "" {
		for i := range all {
			if all[i].text == nearest {
				all[i].rank = -1
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return a.rank - b.rank })
	out := make([]workload, len(all))
	for i, r := range all {
		out[i] = r.workload
	}
	return out
}

// equal counts the labels that have the value wanted.
func equal(labels, wanted map[string]string) int {
	n := 0
	for key, value := range labels {
		if wanted[key] == value {
			n++
		}
	}
	return n
}

// written is labels as YAML has them, on one line.
func written(all map[string]string) string {
	if len(all) == 0 {
		return "no labels"
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, key+": "+all[key])
	}
	return strings.Join(out, ", ")
}

// maxListed bounds the candidates that a help text names.
const maxListed = 5

// few joins the first of the texts.
func few(texts []string) string {
	if more := len(texts) - maxListed; more > 0 {
		texts = append(slices.Clone(texts[:maxListed]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, ", ")
}
