package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// Prepare resolves a request's inputs and checks everything that can be checked
// without changing the cluster. It returns an *instance.ProblemsError for the
// operator's mistakes, a *PreflightError when the cluster is not ready, and a
// *RefusedError for a request that does not fit what is in it. Preflight comes before.
func (e *Engine) Prepare(ctx context.Context, request Request) (*Prepared, error) {
	if problems := instance.Check(request.Driver, request.Desired); len(problems) > 0 {
		return nil, &instance.ProblemsError{Problems: problems}
	}
	if err := e.checkServiceAccounts(ctx, request.Driver, request.Desired); err != nil {
		return nil, err
	}
	chart, err := e.loadChart(ctx, request)
	if err != nil {
		return nil, err
	}
	inst, err := instance.Resolve(request.Driver, request.Desired, instance.Chart{
		Name: chart.Name, Version: chart.Version, AppVersion: chart.AppVersion, Templates: chart.Fingerprint.Templates, Digest: chart.Digest,
	})
	if err != nil {
		return nil, err
	}
	p := &Prepared{Request: request, Instance: inst, Chart: chart}
	if _, err := e.Helm.Render(ctx, p.HelmRequest()); err != nil {
		return nil, &RefusedError{
			What: err.Error(),
			Next: "Nothing was changed. Correct the chart, values.j2.yml or the parameters, and run the same command again.",
		}
	}
	p.Situation, err = e.situation(ctx, p)
	if err != nil {
		return nil, err
	}
	return p, p.fits()
}

func (e *Engine) loadChart(ctx context.Context, request Request) (*helm.Chart, error) {
	name, spec := request.Driver.Object.Name, request.Driver.Object.Spec.Helm
	if spec == nil {
		return nil, &RefusedError{
			What: fmt.Sprintf("driver %s names no chart: spec.helm.main is missing", name),
			Next: "Nothing was changed. Add spec.helm.main.location to driver.styrmin.yml.",
		}
	}
	if request.Loaded != nil {
		return request.Loaded, nil
	}
	location := spec.Main.Location
	if request.ChartDir == "" && beside(location) {
		return nil, &RefusedError{
			What: fmt.Sprintf("the chart of driver %s is %s, beside the driver's file, and a registered driver comes without it", name, location),
			Next: "Nothing was changed. Give the driver's directory: --driver DIR",
		}
	}
	chart, err := e.Helm.LoadChart(ctx, helm.ChartRef{Location: location, Version: spec.Main.Version, Dir: request.ChartDir, Keyring: request.Keyring})
	if errors.Is(err, helm.ErrUnreachable) {
		return nil, fmt.Errorf("load the chart of driver %s: %w", name, err)
	}
	if errors.Is(err, helm.ErrUnverified) {
		return nil, &RefusedError{
			What: fmt.Sprintf("the chart of driver %s is not to be trusted: %v", name, err),
			Next: "Nothing was changed. Deploy a chart that is signed by a key you trust, or name the keys with --keyring.",
		}
	}
	if err != nil {
		return nil, &RefusedError{
			What: fmt.Sprintf("the chart of driver %s cannot be loaded: %v", name, err),
			Next: "Nothing was changed. Check spec.helm.main in driver.styrmin.yml.",
		}
	}
	return chart, nil
}

// ChartElsewhere is true for a chart that can be loaded again without the driver's directory.
func (p *Prepared) ChartElsewhere() bool { return strings.Contains(p.Chart.Location, "://") }

// beside is true for a chart's path that starts from the driver's directory.
// Without that directory it must not be looked up in the working directory.
func beside(location string) bool {
	return !strings.Contains(location, "://") && !filepath.IsAbs(location)
}

// HelmRequest is the change of the release that the request comes to.
func (p *Prepared) HelmRequest() helm.Request {
	return helm.Request{
		Release:           p.Desired.ReleaseName(),
		Chart:             p.Chart,
		Values:            p.Instance.Values,
		Timeout:           p.Timeout,
		Wait:              true,
		RollbackOnFailure: p.RollbackOnFailure,
	}
}

// fits refuses a verb that does not fit what is in the cluster.
func (p *Prepared) fits() error {
	if err := p.fitsForgetting(); err != nil {
		return err
	}
	s, name := p.Situation, p.Desired.Name
	switch {
	case s.Governor != "":
		return &RefusedError{
			What: fmt.Sprintf("Helm release %s in namespace %s belongs to StyrminDeployment %s already", p.Desired.ReleaseName(), p.Desired.Namespace, s.Governor),
			Next: fmt.Sprintf("Nothing was changed. Choose another release with --release, or move that one: kubectl styrmin upgrade %s -n %s …", s.Governor, p.Desired.Namespace),
		}
	case p.Again.Asked():
		return p.fitsAgain()
	case s.Resume || s.Anew != nil || !s.Changed:
		return nil
	case s.Deployed == nil && s.Deployment == nil && p.refusePending() != nil:
		return p.refusePending() // whichever verb it is, there is no other way on
	case p.Verb == VerbSetup && s.Deployment == nil && len(p.Revisions()) > 0:
		return &RefusedError{
			What: fmt.Sprintf("a Helm release named %s exists already in namespace %s, and no StyrminDeployment governs it", p.Desired.ReleaseName(), p.Desired.Namespace),
			Next: fmt.Sprintf("Nothing was changed. Choose another name, or adopt the release: kubectl styrmin upgrade %s -n %s --driver …", name, p.Desired.Namespace),
		}
	case p.Verb == VerbSetup && s.Deployed != nil:
		return &RefusedError{
			What: fmt.Sprintf("StyrminDeployment %s/%s exists already, with other inputs", p.Desired.Namespace, name),
			Next: fmt.Sprintf("Nothing was changed. Move it with: kubectl styrmin upgrade %s -n %s …", name, p.Desired.Namespace),
		}
	case p.Verb == VerbUpgrade && s.Deployed == nil:
		return &RefusedError{
			What: fmt.Sprintf("nothing is deployed as %s in namespace %s, so there is nothing to upgrade", name, p.Desired.Namespace),
			Next: fmt.Sprintf("Nothing was changed. Create it with: kubectl styrmin setup %s -n %s …", name, p.Desired.Namespace),
		}
	}
	return nil
}
