package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/access"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// find reads what a plan needs to know beside the situation.
func (e *Engine) find(ctx context.Context, p *Prepared) (found findings, err error) {
	if found.register, err = e.registers(ctx, p); err != nil {
		return found, err
	}
	if found.evidence, found.vouched, err = e.evidence(ctx, p.Desired); err != nil {
		return found, err
	}
	target, err := p.Instance.ForGate()
	if err != nil {
		return found, err
	}
	if p.changesRelease(p.state(target, found.evidence)) {
		if found.helm, err = e.findHelm(ctx, p); err != nil {
			return found, err
		}
	}
	if found.gate, err = ReadGate(ctx, e.Kube, p.Desired.Namespace); err != nil {
		return found, err
	}
	if found.lock, err = lock.Read(ctx, e.Kube, p.Desired.Namespace, p.Desired.Name); err != nil {
		return found, err
	}
	found.refused, err = e.refusals(ctx, p, found)
	return found, err
}

// registers is true when the driver given is not the one that is registered.
func (e *Engine) registers(ctx context.Context, p *Prepared) (bool, error) {
	if !p.Register {
		return false, nil
	}
	registered, err := Registered(ctx, e.Client, p.Driver.Object.Name)
	if err != nil {
		return false, err
	}
	return registered == nil || registered.Digest() != p.Driver.Digest(), nil
}

// evidence reads what the deployment's Jobs say; vouched are those that admission
// has vouched for, as the gate takes them.
func (e *Engine) evidence(ctx context.Context, desired *v1.StyrminDeployment) (all, vouched []lifecycle.Evidence, err error) {
	var list batchv1.JobList
	err = e.Client.List(ctx, &list, client.InNamespace(desired.Namespace), client.MatchingLabels{v1.LabelDeployment: desired.Name})
	if err != nil {
		return nil, nil, fmt.Errorf("list the Jobs of StyrminDeployment %s/%s: %w", desired.Namespace, desired.Name, err)
	}
	for i := range list.Items {
		job := &list.Items[i]
		read, err := jobs.Read(job)
		if err != nil {
			continue // not one of ours
		}
		all = append(all, read)
		if job.Annotations[v1.AnnotationRequester] != "" {
			vouched = append(vouched, read)
		}
	}
	return all, vouched, nil
}

// findHelm compares what is deployed with what Helm would be given.
func (e *Engine) findHelm(ctx context.Context, p *Prepared) (*PlannedHelm, error) {
	planned := p.plannedHelm()
	before, after, err := e.states(ctx, p, planned)
	if err != nil {
		return nil, err
	}
	objects, err := helm.Compare(before, after, p.Desired.Namespace)
	if err != nil {
		return nil, fmt.Errorf("Helm release %s/%s: %w", p.Desired.Namespace, p.Desired.ReleaseName(), err)
	}
	for _, object := range objects {
		planned.Objects = append(planned.Objects, e.scoped(object))
	}
	if planned.Hooks, err = after.HooksOf(planned.Install); err != nil {
		return nil, err
	}
	if planned.Install {
		if planned.Definitions, err = after.DefinitionNames(); err != nil {
			return nil, err
		}
	}
	unforeseen, err := p.Chart.Unforeseen()
	planned.Unforeseen = append(planned.Unforeseen, unforeseen...)
	return planned, err
}

// states are the release as it is deployed, and as it would be.
func (e *Engine) states(ctx context.Context, p *Prepared, planned *PlannedHelm) (before, after *helm.Rendered, err error) {
	before = &helm.Rendered{}
	if planned.Deployed > 0 {
		if before, err = e.Helm.Manifest(ctx, p.Desired.ReleaseName(), planned.Deployed); err != nil {
			return nil, nil, err
		}
	}
	request := p.helmRequest()
	request.Upgrade = !planned.Install
	if after, err = e.Helm.Render(ctx, request); err != nil {
		return nil, nil, err
	}
	return before, after, e.keepComparable(ctx, p.Desired, before, after)
}

// keepComparable keeps stopped in the new manifest what would be kept stopped now,
// and what the deployed one keeps stopped: the actions of an upgrade stop the same
// components each time, and start them again, so that a count of 0 is no difference.
func (e *Engine) keepComparable(ctx context.Context, desired *v1.StyrminDeployment, before, after *helm.Rendered) error {
	stopped, err := e.Components.ForRelease(desired.ReleaseName()).Stopped(ctx)
	if err != nil {
		return err
	}
	then, err := components.StoppedIn([]byte(before.Manifest))
	if err != nil {
		return err
	}
	maps.Copy(stopped, then)
	kept, err := stopped.Keep([]byte(after.Manifest))
	after.Manifest = string(kept)
	return err
}

// scoped takes the release's namespace from an object whose kind lives in none.
// Of a kind that the cluster does not know, because the chart brings it, nothing is known.
func (e *Engine) scoped(object helm.ObjectChange) helm.ObjectChange {
	kind := schema.FromAPIVersionAndKind(object.APIVersion, object.Kind)
	mapping, err := e.Client.RESTMapper().RESTMapping(kind.GroupKind(), kind.Version)
	if err == nil && mapping.Scope.Name() == meta.RESTScopeNameRoot {
		object.Namespace = ""
	}
	return object
}

// refusals collects why Do would refuse, were it called now.
func (e *Engine) refusals(ctx context.Context, p *Prepared, found findings) ([]string, error) {
	checks := []func() error{
		func() error { return e.checkPermissions(ctx, p.Desired.Namespace) },
		func() error { return e.mayRegister(ctx, p, found) },
		func() error { return found.lock.Refuses(p.Desired.Namespace, p.Desired.Name) },
		func() error { return e.refusesNewRun(ctx, p) },
		func() error { return p.refusesChange(found.helm) },
	}
	var refused []string
	for _, check := range checks {
		err := check()
		if err != nil && !isRefusal(err) {
			return nil, err
		}
		if err != nil {
			refused = append(refused, err.Error())
		}
	}
	return refused, nil
}

// mayRegister asks whether the operator may register the driver, where that is needed.
func (e *Engine) mayRegister(ctx context.Context, p *Prepared, found findings) error {
	if !found.register {
		return nil
	}
	denied, err := access.Denied(ctx, e.Kube, "", access.Permission{Group: v1.GroupVersion.Group, Resource: "applicationdrivers", ClusterScoped: true, Verbs: []string{"patch"}})
	if err != nil || len(denied) == 0 {
		return err
	}
	return mayNotRegister(p.Driver)
}

// isRefusal tells a refusal from an error of the cluster.
func isRefusal(err error) bool {
	var (
		preflight *PreflightError
		refused   *RefusedError
		locked    *lock.TakenError
		held      *helm.HeldError
	)
	return errors.As(err, &preflight) || errors.As(err, &refused) || errors.As(err, &locked) || errors.As(err, &held)
}

func (e *Engine) refusesNewRun(ctx context.Context, p *Prepared) error {
	s := p.Situation
	if s.Deployment == nil || !s.Changed || s.Resume {
		return nil
	}
	return e.refuseLeftovers(ctx, s.Deployment)
}

// refusesChange is the error for a release that another client is changing.
func (p *Prepared) refusesChange(planned *PlannedHelm) error {
	if planned == nil || planned.InAction {
		return nil
	}
	return p.refusePending(p.revisions())
}
