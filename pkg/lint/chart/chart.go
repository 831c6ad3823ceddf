// Package chart holds the rules about a driver and its Helm chart together: that
// the chart renders with the driver's values, and that what the driver says of
// components, services and containers is true of what comes out. It is apart
// from pkg/lint because it needs Helm, which the webhook must not.
//
// No cluster is asked. A chart's problem is an error when a run could not
// succeed: it cannot be loaded, it does not render, or an action acts on a
// component that nothing runs. What may be meant so is a warning. A chart that
// cannot be reached is a note, and never fails a check.
package chart

import (
	"context"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// Checker checks drivers with their charts. Every chart is loaded once,
// whatever the number of drivers. It is safe for concurrent use.
type Checker struct {
	instead string
	charts  *helm.Charts
	library *library
	// rendering bounds the rendering of one chart: a template may loop for ever.
	rendering time.Duration
}

// New returns a checker. instead is a chart on disk, a directory or an archive,
// that is used in place of the drivers' own, whatever its version; empty for none.
func New(instead string) *Checker {
	charts := helm.NewCharts(nil)
	return &Checker{instead: instead, charts: charts, library: newLibrary(charts.LoadChart), rendering: 30 * time.Second}
}

// Check returns the problems of a loaded driver and its chart with an operator's
// inputs, sorted. What loading the driver and lint.Check find is not among them:
// where it keeps the chart from being checked, nothing is said. The same goes
// for a driver whose files are unknown, and for a context that ends.
func (c *Checker) Check(ctx context.Context, d *driver.Driver, in lint.Inputs) diagnostic.List {
	ref, ok := c.reference(d)
	if !ok || d.Partial {
		return nil
	}
	e := &evidence{Driver: d, ref: ref, instead: c.instead != "", mask: newMask(d, in)}
	e.chart, e.loadErr = c.library.load(ctx, ref)
	if e.chart != nil {
		c.render(ctx, e, in)
	}
	if ctx.Err() != nil {
		return nil
	}
	for _, rule := range rules {
		rule.check(e)
	}
	list := e.problems.List()
	list.AddExcerpts(d.Text)
	return list
}

// render finds out what the chart renders to with the driver's values.
func (c *Checker) render(ctx context.Context, e *evidence, in lint.Inputs) {
	chart := instance.Chart{
		Name: e.chart.Name, Version: e.chart.Version, AppVersion: e.chart.AppVersion,
		Templates: e.chart.Fingerprint.Templates, Digest: e.chart.Digest,
	}
	resolved, err := lint.Resolve(e.Driver, in, chart)
	if err != nil {
		return
	}
	values, err := resolved.Values(e.Driver)
	if err != nil {
		return
	}
	e.unknown = resolved.Unknown(e.Driver)
	ctx, cancel := context.WithTimeout(ctx, c.rendering)
	defer cancel()
	settings := resolved.Context.Instance
	rendered, err := c.charts.RenderIn(ctx, settings.Namespace, helm.Request{Release: settings.Release, Chart: e.chart, Values: values})
	if err != nil {
		e.renderErr = err
		return
	}
	e.manifest = readManifest(rendered.Manifest)
	e.match()
}
