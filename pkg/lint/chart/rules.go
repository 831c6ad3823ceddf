package chart

import (
	"fmt"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// rule is one rule and how it is checked.
type rule struct {
	diagnostic.Rule
	check func(*evidence)
}

// rules are all rules. Each has its file.
var rules = []rule{
	{diagnostic.Rule{ID: "chart-unreachable", Summary: "The chart's registry or repository answers; else the chart is not checked."}, checkReachable},
	{diagnostic.Rule{ID: "chart-invalid", Summary: "The chart is where the driver says, in that version, and can be installed."}, checkLoaded},
	{diagnostic.Rule{ID: "chart-render", Summary: "The chart takes the driver's values and renders with them."}, checkRendered},
	{diagnostic.Rule{ID: "chart-component-unmatched", Summary: "Every component's labels are on the pods of a workload in the chart."}, checkUnmatched},
	{diagnostic.Rule{ID: "chart-component-overlap", Summary: "No workload of the chart belongs to two components."}, checkOverlap},
	{diagnostic.Rule{ID: "chart-service-port", Summary: "A service's port is one that its component's containers declare."}, checkServicePort},
	{diagnostic.Rule{ID: "chart-override-container", Summary: "The container of an override is in its component's pods."}, checkOverrideContainer},
}

// Rules lists the rules in the order in which they are applied.
func Rules() []diagnostic.Rule {
	out := make([]diagnostic.Rule, len(rules))
	for i, r := range rules {
		out[i] = r.Rule
	}
	return out
}

// evidence is what could be found out about a driver and its chart. What depends
// on something that failed is nil.
type evidence struct {
	*driver.Driver
	ref helm.ChartRef
	// instead is true for a chart that is not the driver's own.
	instead   bool
	chart     *helm.Chart
	loadErr   error
	renderErr error
	// unknown says how to give what the values depend on and only an operator knows.
	unknown  []string
	manifest *manifest
	// runs are the workloads of every component.
	runs map[string][]workload

	mask     mask
	problems diagnostic.Collector
}

// location is how messages name the chart's place.
func (e *evidence) location() string {
	if e.instead {
		return e.ref.Location
	}
	return e.Object.Spec.Helm.Main.Location
}

func (e *evidence) report(s diagnostic.Severity, rule, path, help, format string, args ...any) {
	if e.Invalid(path) {
		return
	}
	e.problems.Add(diagnostic.Diagnostic{
		File: e.FileName(v1.DriverFile), Position: e.Position(path),
		Severity: s, Rule: rule, Path: path, Message: fmt.Sprintf(format, args...), Help: help,
	})
}
