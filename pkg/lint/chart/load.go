package chart

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

const locationPath, versionPath = "spec.helm.main.location", "spec.helm.main.version"

func checkReachable(e *evidence) {
	if !away(e.loadErr) {
		return
	}
	e.report(diagnostic.Note, "chart-unreachable", locationPath,
		"if it is private, log in with `helm registry login` or `helm repo add`; or give a copy on disk with --chart",
		"chart %s: not checked: %s", e.location(), reason(e.loadErr))
}

func checkLoaded(e *evidence) {
	if e.loadErr == nil || away(e.loadErr) {
		return
	}
	path, help := locationPath, "correct the location, or check with another copy: --chart"
	switch {
	case errors.Is(e.loadErr, helm.ErrChartVersion):
		path, help = versionPath, "write a version that is there"
	case errors.Is(e.loadErr, helm.ErrChartInvalid):
		help = "correct the chart; `helm lint` says more"
	}
	e.report(diagnostic.Error, "chart-invalid", path, help, "chart %s: %s", e.location(), reason(e.loadErr))
}

// away is true for a chart that is not there for reasons of the network.
func away(err error) bool {
	return errors.Is(err, helm.ErrUnreachable) || errors.Is(err, context.DeadlineExceeded)
}

// reason is the error without the location. What the network says of a host is the
// same for all charts from there.
func reason(err error) string {
	var request *url.Error
	var failed *helm.ChartError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "there was no answer within " + patience.String()
	case errors.As(err, &request):
		return cut(oneLine(fmt.Sprintf("%v: %v", helm.ErrUnreachable, request.Err)))
	case errors.As(err, &failed):
		return cut(oneLine(failed.Err.Error()))
	}
	return cut(oneLine(err.Error()))
}
