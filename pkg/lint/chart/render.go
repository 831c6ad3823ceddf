package chart

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

func checkRendered(e *evidence) {
	if e.renderErr == nil {
		return
	}
	severity, help := diagnostic.Error, "correct values.j2.yml, or the chart"
	var failed *helm.RenderError
	switch {
	case errors.Is(e.renderErr, context.DeadlineExceeded):
		// It may be the machine that is slow.
		severity, help = diagnostic.Warning, "look for a template that loops for ever"
	case errors.As(e.renderErr, &failed) && failed.Syntax:
		help = "correct the chart's template"
	case len(e.unknown) > 0:
		severity, help = diagnostic.Warning, help+"; this may depend on what is not given here; give it: "+strings.Join(e.unknown, ", ")
	}
	for _, problem := range e.renderProblems() {
		e.report(severity, "chart-render", locationPath, help, "%s", problem)
	}
}

// renderProblems says what Helm said, one text for each value that the schema refuses.
func (e *evidence) renderProblems() []string {
	chart := "the chart " + e.chart.Name
	var failed *helm.RenderError
	switch {
	case errors.Is(e.renderErr, context.DeadlineExceeded):
		return []string{chart + " takes too long to render"}
	case !errors.As(e.renderErr, &failed):
		return []string{fmt.Sprintf("%s does not render: %s", chart, e.shown(e.renderErr.Error()))}
	case len(failed.Violations) > 0:
		var out []string
		for _, v := range failed.Violations {
			out = append(out, fmt.Sprintf("%s refuses %s (values.schema.json)", chart, e.shown(v.String())))
		}
		return out
	case failed.Place != "":
		return []string{fmt.Sprintf("%s does not render: %s: %s", chart, failed.Place, e.shown(failed.Message))}
	}
	return []string{fmt.Sprintf("%s does not render: %s", chart, e.shown(failed.Message))}
}
