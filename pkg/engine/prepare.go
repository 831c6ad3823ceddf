package engine

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Prepared is a request whose inputs are resolved and checked. Nothing has been
// changed in the cluster to get here.
type Prepared struct {
	Request
	// Instance holds the frozen inputs.
	Instance *instance.Instance
	// Chart is the chart that will be deployed.
	Chart *helm.Chart
	// Situation is what was found in the cluster.
	Situation Situation
}

// Situation is what the cluster says about a deployment and its release.
type Situation struct {
	// Deployment as stored; nil when there is none.
	Deployment *v1.StyrminDeployment
	// Revisions of the Helm release, oldest first.
	Revisions []release.Record
	// Deployed is what is deployed; nil for nothing.
	Deployed *lifecycle.Target
	// Hook is what has to run, Changed whether anything has.
	Hook    v1.RunHook
	Changed bool
	// Resume is true when the recorded run goes on.
	Resume bool
}

// Prepare resolves a request's inputs and checks everything that can be checked
// without changing the cluster. It returns an *instance.ProblemsError for the
// operator's mistakes and a *RefusedError for a request that does not fit what
// is in the cluster.
func (e *Engine) Prepare(ctx context.Context, request Request) (*Prepared, error) {
	if err := e.preflight(ctx, request); err != nil {
		return nil, err
	}
	chart, err := e.loadChart(ctx, request)
	if err != nil {
		return nil, err
	}
	inst, err := instance.Resolve(request.Driver, request.Desired, instance.Chart{
		Name: chart.Name, Version: chart.Version, AppVersion: chart.AppVersion, Templates: chart.Fingerprint.Templates,
	})
	if err != nil {
		return nil, err
	}
	p := &Prepared{Request: request, Instance: inst, Chart: chart}
	if _, err := e.Helm.Render(ctx, p.helmRequest()); err != nil {
		return nil, &RefusedError{
			What: fmt.Sprintf("chart %s %s does not render with these values: %v", chart.Name, chart.Version, err),
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
	spec := request.Driver.Object.Spec.Helm
	if spec == nil {
		return nil, &RefusedError{
			What: fmt.Sprintf("driver %s names no chart: spec.helm.main is missing", request.Driver.Object.Name),
			Next: "Add spec.helm.main.location to driver.styrmin.yml.",
		}
	}
	chart, err := e.Helm.LoadChart(ctx, helm.ChartRef{Location: spec.Main.Location, Version: spec.Main.Version, Dir: request.ChartDir})
	if err != nil {
		return nil, &RefusedError{
			What: fmt.Sprintf("the chart of driver %s cannot be loaded: %v", request.Driver.Object.Name, err),
			Next: "Nothing was changed. Check spec.helm.main; a chart beside the driver needs --driver DIR.",
		}
	}
	return chart, nil
}

func (p *Prepared) helmRequest() helm.Request {
	return helm.Request{
		Release:           p.Desired.ReleaseName(),
		Chart:             p.Chart,
		Values:            p.Instance.Values,
		Timeout:           p.Timeout,
		Wait:              true,
		RollbackOnFailure: p.RollbackOnFailure,
	}
}

// situation reads what is in the cluster and decides what has to run.
func (e *Engine) situation(ctx context.Context, p *Prepared) (Situation, error) {
	var s Situation
	var err error
	if s.Deployment, err = e.getDeployment(ctx, p.Desired.Namespace, p.Desired.Name); err != nil {
		return s, err
	}
	if s.Revisions, err = e.Helm.History(ctx, p.Desired.ReleaseName()); err != nil {
		return s, fmt.Errorf("read the history of Helm release %s/%s: %w", p.Desired.Namespace, p.Desired.ReleaseName(), err)
	}
	target, err := p.Instance.ForGate()
	if err != nil {
		return s, err
	}
	world := lifecycle.World{Deployment: p.Desired, Revisions: s.Revisions, Instances: []lifecycle.Instance{target}}
	if s.Deployment != nil {
		world.Deployment = s.Deployment
		stored, _, err := instance.List(ctx, e.Client, p.Desired.Namespace, p.Desired.Name)
		if err != nil {
			return s, err
		}
		for _, other := range stored {
			if known, err := other.ForGate(); err == nil && known.Instance != target.Instance {
				world.Instances = append(world.Instances, known)
			}
		}
		s.Resume = lifecycle.Resumable(s.Deployment.Status.Run, target, s.Revisions)
	}
	s.Deployed = lifecycle.Deployed(world)
	s.Hook, s.Changed = lifecycle.DecideHook(s.Deployed, target.Target)
	if s.Resume {
		s.Hook, s.Changed = s.Deployment.Status.Run.Hook, true
	}
	return s, nil
}

// fits refuses a verb that does not fit what is in the cluster.
func (p *Prepared) fits() error {
	s, name := p.Situation, p.Desired.Name
	switch {
	case s.Resume || !s.Changed:
		return nil
	case p.Verb == VerbSetup && s.Deployment == nil && len(s.Revisions) > 0:
		return &RefusedError{
			What: fmt.Sprintf("a Helm release named %s exists already in namespace %s, and no StyrminDeployment governs it", p.Desired.ReleaseName(), p.Desired.Namespace),
			Next: fmt.Sprintf("Choose another name, or adopt the release: kubectl styrmin upgrade %s -n %s …", name, p.Desired.Namespace),
		}
	case p.Verb == VerbSetup && s.Deployed != nil:
		return &RefusedError{
			What: fmt.Sprintf("StyrminDeployment %s/%s exists already, with other inputs", p.Desired.Namespace, name),
			Next: fmt.Sprintf("Move it with: kubectl styrmin upgrade %s -n %s …", name, p.Desired.Namespace),
		}
	case p.Verb == VerbUpgrade && s.Deployed == nil:
		return &RefusedError{
			What: fmt.Sprintf("nothing is deployed as %s in namespace %s, so there is nothing to upgrade", name, p.Desired.Namespace),
			Next: fmt.Sprintf("Create it with: kubectl styrmin setup %s -n %s …", name, p.Desired.Namespace),
		}
	}
	return nil
}

// getDeployment returns nil when there is no such deployment.
func (e *Engine) getDeployment(ctx context.Context, namespace, name string) (*v1.StyrminDeployment, error) {
	var deployment v1.StyrminDeployment
	err := e.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &deployment)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read StyrminDeployment %s/%s: %w", namespace, name, err)
	}
	return &deployment, nil
}
