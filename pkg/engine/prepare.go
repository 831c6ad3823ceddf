package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

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
	// Agreed is set when somebody has seen the plan and agreed to it. Do then
	// refuses when the cluster has changed so much that another run would begin.
	Agreed bool
}

// Situation is what the cluster says about a deployment and its release.
type Situation struct {
	// Deployment as stored; nil when there is none.
	Deployment *v1.StyrminDeployment
	// Revisions of the Helm release, oldest first.
	Revisions []release.Record
	// Stored are the deployment's instances.
	Stored []*instance.Instance
	// Deployed is what is deployed; nil for nothing.
	Deployed *lifecycle.Target
	// Hook is what has to run, Changed whether anything has.
	Hook    v1.RunHook
	Changed bool
	// Resume is true when the recorded run goes on.
	Resume bool
	// Anew is the run that did not succeed and that a new one carries out from its
	// beginning, although the release is at its target; nil for none.
	Anew *v1.RunSummary
	// Governor is another deployment that the release belongs to; empty for none.
	Governor string
}

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
	if _, err := e.Helm.Render(ctx, p.helmRequest()); err != nil {
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
	location := spec.Main.Location
	if request.ChartDir == "" && beside(location) {
		return nil, &RefusedError{
			What: fmt.Sprintf("the chart of driver %s is %s, beside the driver's file, and a registered driver comes without it", name, location),
			Next: "Nothing was changed. Give the driver's directory: --driver DIR",
		}
	}
	chart, err := e.Helm.LoadChart(ctx, helm.ChartRef{Location: location, Version: spec.Main.Version, Dir: request.ChartDir})
	if errors.Is(err, helm.ErrUnreachable) {
		return nil, fmt.Errorf("load the chart of driver %s: %w", name, err)
	}
	if err != nil {
		return nil, &RefusedError{
			What: fmt.Sprintf("the chart of driver %s cannot be loaded: %v", name, err),
			Next: "Nothing was changed. Check spec.helm.main in driver.styrmin.yml.",
		}
	}
	return chart, nil
}

// beside is true for a chart's path that starts from the driver's directory.
// Without that directory it must not be looked up in the working directory.
func beside(location string) bool {
	return !strings.Contains(location, "://") && !filepath.IsAbs(location)
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
	if s.Governor, err = e.governor(ctx, p.Desired, s.Deployment); err != nil {
		return s, err
	}
	target, err := p.Instance.ForGate()
	if err != nil {
		return s, err
	}
	world := lifecycle.World{Deployment: p.Desired, Revisions: s.Revisions, Instances: []lifecycle.Instance{target}}
	if s.Deployment != nil {
		world.Deployment = s.Deployment
		if s.Stored, _, err = instance.List(ctx, e.Client, p.Desired.Namespace, p.Desired.Name); err != nil {
			return s, err
		}
		for _, other := range s.Stored {
			if known, err := other.ForGate(); err == nil && known.Instance != target.Instance {
				world.Instances = append(world.Instances, known)
			}
		}
		s.Resume = lifecycle.Resumable(s.Deployment.Status.Run, target, s.Revisions)
	}
	s.Deployed = lifecycle.Deployed(world)
	s.Hook, s.Changed = lifecycle.DecideHook(s.Deployed, target.Target)
	s.Resume = s.Resume || p.Again.Asked() && s.reopens(target)
	if s.Resume {
		s.Hook, s.Changed = s.Deployment.Status.Run.Hook, true
	}
	if !s.Changed && s.Deployment != nil {
		s.Anew = lifecycle.Unfinished(s.Deployment.Status, target.Instance)
	}
	if s.Anew != nil {
		s.Hook, s.Changed = s.Anew.Hook, true
	}
	return s, nil
}

// recorded is the run in the deployment's record; nil when there is none.
func (s *Situation) recorded() *v1.Run {
	if s.Deployment == nil {
		return nil
	}
	return s.Deployment.Status.Run
}

// reopens is true when the last run succeeded with these inputs, which are still
// what is deployed: its actions can run once more.
func (s *Situation) reopens(target lifecycle.Instance) bool {
	if s.Changed || s.Deployment == nil {
		return false
	}
	run := s.Deployment.Status.Run
	return run != nil && run.Phase == v1.RunSucceeded && run.Instance == target.Instance
}

// fits refuses a verb that does not fit what is in the cluster.
func (p *Prepared) fits() error {
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
	case p.Verb == VerbSetup && s.Deployment == nil && len(s.Revisions) > 0:
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

// governor finds another deployment of the namespace that has the release
// already. One that had it before it was asked for here is not driven out.
func (e *Engine) governor(ctx context.Context, desired, stored *v1.StyrminDeployment) (string, error) {
	if stored != nil && stored.ReleaseName() == desired.ReleaseName() {
		return "", nil
	}
	var list v1.StyrminDeploymentList
	if err := e.Client.List(ctx, &list, client.InNamespace(desired.Namespace)); err != nil {
		return "", fmt.Errorf("list the StyrminDeployments of namespace %s: %w", desired.Namespace, err)
	}
	for i := range list.Items {
		if other := &list.Items[i]; other.Name != desired.Name && other.ReleaseName() == desired.ReleaseName() {
			return other.Name, nil
		}
	}
	return "", nil
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
