package engine

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// runIDLength keeps the names of Jobs short; 8 of 27 characters are enough for
// the handful of runs whose objects exist at a time.
const runIDLength = 8

// begin looks at the cluster again, now under the lock, and records a new run
// or takes up the unfinished one. It returns nil when there is nothing to do.
func (e *Engine) begin(ctx context.Context, p *Prepared) (*run, error) {
	if err := e.lookAgain(ctx, p, p.Expectation()); err != nil {
		return nil, err
	}
	deployment := p.Situation.Deployment
	if err := e.updateSpec(ctx, deployment, p.Desired.Spec); err != nil {
		return nil, err
	}
	if p.Situation.Changed {
		if err := e.store(ctx, p, deployment); err != nil {
			return nil, err
		}
	}
	if p.Situation.Changed || p.ForgetPending > 0 {
		if err := e.forgetPending(ctx, p, deployment); err != nil {
			return nil, err
		}
	}
	if !p.Situation.Changed {
		return nil, e.acknowledge(ctx, deployment)
	}
	return e.record(ctx, p, deployment)
}

// lookAgain brings the situation up to date and refuses what does not fit it any
// more. shown is what the operator was shown.
func (e *Engine) lookAgain(ctx context.Context, p *Prepared, shown Expectation) error {
	var err error
	if p.Situation, err = e.situation(ctx, p); err != nil {
		return err
	}
	if err := p.stillUnderWay(); err != nil {
		return err
	}
	if err := p.fits(); err != nil {
		return err
	}
	if err := p.stillAgreed(shown); err != nil {
		return err
	}
	if p.changesRelease() {
		if err := p.refusePending(); err != nil {
			return err
		}
	}
	deployment := p.Situation.Deployment
	if deployment == nil || deployment.DeletionTimestamp != nil {
		return &GoneError{Namespace: p.Desired.Namespace, Name: p.Desired.Name}
	}
	if !p.Situation.begins() {
		return nil
	}
	waited, err := e.awaitLeftovers(ctx, deployment)
	if waited && err == nil {
		return e.lookAgain(ctx, p, shown) // what has ended may have changed what there is to do
	}
	return err
}

// store creates the instance's objects. Both are immutable and named by their
// content, so one that exists already is the right one. The ConfigMap comes
// first: admission reads the driver from it to check the Secret.
func (e *Engine) store(ctx context.Context, p *Prepared, deployment *v1.StyrminDeployment) error {
	configMap, secret, err := p.Instance.Objects(ownerOf(deployment))
	if err != nil {
		return err
	}
	existed := false
	for _, object := range []client.Object{configMap, secret} {
		err := e.Client.Create(ctx, object, client.FieldOwner(v1.FieldOwner))
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("store the instance %s/%s: %w", object.GetNamespace(), object.GetName(), err)
		}
		if err != nil {
			existed = true
		}
	}
	if !existed {
		return nil
	}
	return e.verify(ctx, p, deployment, configMap, secret)
}

// verify makes sure that objects which were there already are this instance and
// stay: those of a deleted deployment of the same name are about to go with it.
func (e *Engine) verify(ctx context.Context, p *Prepared, deployment *v1.StyrminDeployment, configMap *corev1.ConfigMap, secret *corev1.Secret) error {
	for _, object := range []client.Object{configMap, secret} {
		if err := e.Client.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return fmt.Errorf("read the instance %s/%s: %w", object.GetNamespace(), object.GetName(), err)
		}
		if !metav1.IsControlledBy(object, deployment) || object.GetDeletionTimestamp() != nil {
			return fmt.Errorf("the stored instance %s/%s belongs to a StyrminDeployment %s that was deleted; the cluster is about to remove it, so run the same command again in a moment",
				object.GetNamespace(), object.GetName(), deployment.Name)
		}
	}
	found, err := instance.Read(configMap, secret)
	if err == nil && found.Digest != p.Instance.Digest {
		err = fmt.Errorf("its digest is %s, expected %s", found.Digest, p.Instance.Digest)
	}
	if err != nil {
		return fmt.Errorf("the stored instance %s/%s is not what it was: %w; delete its ConfigMap and its Secret and run the same command again", configMap.Namespace, configMap.Name, err)
	}
	return nil
}

// record writes down the run before anything of it happens.
func (e *Engine) record(ctx context.Context, p *Prepared, deployment *v1.StyrminDeployment) (*run, error) {
	actions := p.Driver.Object.Spec.Actions
	r := &run{
		engine:   e,
		prepared: p,
		status:   newStatusWriter(e.Client, deployment),
		stages:   lifecycle.Stages(actions, p.Situation.Hook, p.Instance.HelmInAction()),
	}
	begun, requester := Event{Kind: RunResumed}, e.requester(ctx, p)
	err := r.status.update(ctx, func(status *v1.StyrminDeploymentStatus) {
		status.ObservedGeneration = deployment.Generation
		defer func() { status.Run.Request = p.Detached.id(); r.underWay(status) }()
		if p.Situation.Resume {
			p.Reopen(status.Run)
			return
		}
		begun = Event{Kind: RunStarted, Message: p.news()}
		archive(status)
		status.Run = r.newRun(deployment)
		status.Run.RequestedBy = requester
	})
	if err != nil {
		return nil, err
	}
	r.id = r.current().ID
	r.report(begun)
	if begun.Kind == RunStarted {
		r.later.do(r.prune)
	}
	r.reportKnown()
	return r, nil
}

// reportKnown tells what of a resumed run is not started again.
func (r *run) reportKnown() {
	for _, action := range r.current().Actions {
		event := Event{Mode: action.Mode, Action: action.Name, Attempt: action.Attempt}
		switch action.State {
		case v1.ActionSucceeded:
			event.Kind = ActionSkipped
		case v1.ActionRunning:
			event.Kind = ActionAdopted
		default:
			continue
		}
		r.report(event)
	}
}

func (r *run) newRun(deployment *v1.StyrminDeployment) *v1.Run {
	p := r.prepared
	started := &v1.Run{
		ID:            rand.String(runIDLength),
		Instance:      p.Instance.Digest,
		Hook:          p.Situation.Hook,
		Phase:         v1.RunPre,
		Version:       p.Instance.Context.App.Version,
		DriverVersion: p.Instance.Context.App.DriverVersion,
		BaseRevision:  lifecycle.Newest(p.Situation.Revisions),
		StartedAt:     metav1.NewTime(r.engine.now()),
	}
	if p.Situation.Deployed != nil {
		started.FromVersion = p.Situation.Deployed.Version
	}
	if active := deployment.Status.Active; active != nil && started.FromVersion == "" {
		started.FromVersion = active.Version
	}
	if anew := p.Situation.Anew; anew != nil && (anew.Hook == v1.RunHookSetup || anew.FromVersion != "") {
		started.FromVersion = anew.FromVersion
	}
	for _, stage := range r.stages {
		for _, action := range stage.Actions {
			started.Actions = append(started.Actions, v1.ActionStatus{Name: action.Name, Mode: action.Mode, State: v1.ActionPending})
		}
	}
	return started
}

// archive moves the last run to the history.
func archive(status *v1.StyrminDeploymentStatus) {
	last := status.Run
	if last == nil {
		return
	}
	status.History = append([]v1.RunSummary{last.Summary()}, status.History...)
	if len(status.History) > v1.HistoryLimit {
		status.History = status.History[:v1.HistoryLimit]
	}
}
