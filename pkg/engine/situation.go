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
	// Agreed is set when somebody has seen the plan and agreed to it. Do then
	// refuses when the cluster has changed so much that another run would begin.
	Agreed bool

	// underWay is the run that the engine which carries this out has begun or taken
	// up; empty before.
	underWay string
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
	// Pending is the change of the release that another client has begun and not ended;
	// nil for none.
	Pending *helm.PendingError
	// Governor is another deployment that the release belongs to; empty for none.
	Governor string
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
	s.Pending = e.PendingElsewhere(ctx, world.Deployment, s.Revisions)
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

// Recorded is the run in the deployment's record; nil when there is none.
func (s *Situation) Recorded() *v1.Run {
	if s.Deployment == nil {
		return nil
	}
	return s.Deployment.Status.Run
}

// begins is true when there will be a new run.
func (s *Situation) begins() bool { return s.Changed && !s.Resume }

// reopens is true when the last run succeeded with these inputs, which are still
// what is deployed: its actions can run once more.
func (s *Situation) reopens(target lifecycle.Instance) bool {
	if s.Changed || s.Deployment == nil {
		return false
	}
	run := s.Deployment.Status.Run
	return run != nil && run.Phase == v1.RunSucceeded && run.Instance == target.Instance
}

// Revisions are the release's that there are once a run has begun: without a pending
// one that is forgotten then.
func (p *Prepared) Revisions() []release.Record {
	var status v1.StyrminDeploymentStatus
	if p.Situation.Deployment != nil {
		status = p.Situation.Deployment.Status
	}
	revisions, _ := withoutDead(p.Situation.Revisions, status, p.ForgetPending)
	return revisions
}

// Deployed is the instance that is deployed; nil when nothing is, or somebody else deployed it.
func (p *Prepared) Deployed() *instance.Instance {
	if p.Situation.Deployed == nil {
		return nil
	}
	return p.Known(p.Situation.Deployed.Instance)
}

// Known finds an instance by its digest; nil when it is not stored any more.
func (p *Prepared) Known(digest string) *instance.Instance {
	for _, candidate := range append([]*instance.Instance{p.Instance}, p.Situation.Stored...) {
		if candidate.Digest == digest {
			return candidate
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
