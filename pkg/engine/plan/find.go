package plan

import (
	"context"
	"fmt"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// finder reads the cluster. It changes nothing.
type finder struct {
	planner
	engine *engine.Engine
}

// find reads what a plan needs to know beside the situation.
func (f finder) find(ctx context.Context) (found findings, err error) {
	if found.register, err = f.engine.Registers(ctx, f.Prepared); err != nil {
		return found, err
	}
	if found.evidence, found.vouched, err = f.evidence(ctx); err != nil {
		return found, err
	}
	target, err := f.Instance.ForGate()
	if err != nil {
		return found, err
	}
	if f.changesRelease(f.state(target, found.evidence)) {
		if found.helm, err = f.findHelm(ctx); err != nil {
			return found, err
		}
	}
	if found.gate, err = engine.ReadGate(ctx, f.engine.Kube, f.Desired.Namespace); err != nil {
		return found, err
	}
	if found.lock, err = lock.Read(ctx, f.engine.Kube, f.Desired.Namespace, f.Desired.Name); err != nil {
		return found, err
	}
	found.refused, err = f.engine.Refusals(ctx, f.Prepared, found.outlook())
	return found, err
}

// outlook is what of it may be refused.
func (f findings) outlook() engine.Outlook {
	return engine.Outlook{Registers: f.register, ChangesRelease: f.helm != nil, Holder: f.lock}
}

// evidence reads what the deployment's Jobs say; vouched are those that admission
// has vouched for, as the gate takes them.
func (f finder) evidence(ctx context.Context) (all, vouched []lifecycle.Evidence, err error) {
	var list batchv1.JobList
	err = f.engine.Client.List(ctx, &list, client.InNamespace(f.Desired.Namespace), client.MatchingLabels{v1.LabelDeployment: f.Desired.Name})
	if err != nil {
		return nil, nil, fmt.Errorf("list the Jobs of StyrminDeployment %s/%s: %w", f.Desired.Namespace, f.Desired.Name, err)
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
func (f finder) findHelm(ctx context.Context) (*Helm, error) {
	planned := f.plannedHelm()
	before, after, err := f.states(ctx, planned)
	if err != nil {
		return nil, err
	}
	objects, err := helm.Compare(before, after, f.Desired.Namespace)
	if err != nil {
		return nil, fmt.Errorf("Helm release %s/%s: %w", f.Desired.Namespace, f.Desired.ReleaseName(), err)
	}
	for _, object := range objects {
		planned.Objects = append(planned.Objects, f.scoped(object))
	}
	if planned.Hooks, err = after.HooksOf(planned.Install); err != nil {
		return nil, err
	}
	if planned.Install {
		if planned.Definitions, err = after.DefinitionNames(); err != nil {
			return nil, err
		}
	}
	unforeseen, err := f.Chart.Unforeseen()
	planned.Unforeseen = append(planned.Unforeseen, unforeseen...)
	return planned, err
}

// states are the release as it is deployed, and as it would be.
func (f finder) states(ctx context.Context, planned *Helm) (before, after *helm.Rendered, err error) {
	before = &helm.Rendered{}
	if planned.Deployed > 0 {
		if before, err = f.engine.Helm.Manifest(ctx, f.Desired.ReleaseName(), planned.Deployed); err != nil {
			return nil, nil, err
		}
	}
	request := f.HelmRequest()
	request.Upgrade = !planned.Install
	if after, err = f.engine.Helm.Render(ctx, request); err != nil {
		return nil, nil, err
	}
	return before, after, f.keepComparable(ctx, before, after)
}

// keepComparable keeps stopped in the new manifest what would be kept stopped now,
// and what the deployed one keeps stopped: the actions of an upgrade stop the same
// components each time, and start them again, so that a count of 0 is no difference.
func (f finder) keepComparable(ctx context.Context, before, after *helm.Rendered) error {
	stopped, err := f.engine.Components.ForRelease(f.Desired.ReleaseName()).Stopped(ctx)
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
func (f finder) scoped(object helm.ObjectChange) helm.ObjectChange {
	kind := schema.FromAPIVersionAndKind(object.APIVersion, object.Kind)
	mapping, err := f.engine.Client.RESTMapper().RESTMapping(kind.GroupKind(), kind.Version)
	if err == nil && mapping.Scope.Name() == meta.RESTScopeNameRoot {
		object.Namespace = ""
	}
	return object
}
