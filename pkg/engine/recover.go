package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// forgetPending deletes the record of a change on which nobody is at work any more, and
// on which Helm would refuse to work: one that an engine of ours began and died in, for
// that is so under the deployment's lock, and one of which the operator says so. The
// change is then made again, under the same number. It comes before any Job of the run,
// because a Job is bound to the newest revision.
func (e *Engine) forgetPending(ctx context.Context, p *Prepared, deployment *v1.StyrminDeployment) error {
	rest, dead := withoutDead(p.Situation.Revisions, deployment.Status, p.ForgetPending)
	if dead == nil {
		return nil
	}
	if err := e.Helm.Forget(ctx, p.Desired.ReleaseName(), dead.Revision); err != nil {
		return err
	}
	p.Situation.Revisions, p.ForgetPending = rest, 0
	event := Event{Kind: HelmForgotten, Time: e.now(), Message: fmt.Sprintf("revision %d (%s)", dead.Revision, dead.Status)}
	if p.Situation.Resume {
		event.Run = *p.Situation.Recorded()
	}
	e.Reporter.Report(event)
	ctx, cancel := context.WithTimeout(ctx, laterTimeout)
	defer cancel()
	e.event(ctx, deployment, corev1.EventTypeNormal, event, fmt.Sprintf("%s; asked for by %s", happened(event), e.requester(ctx, p)))
	return nil
}

// withoutDead splits a pending revision on which nobody is at work any more off a release's
// history: one of an engine of ours, or the one to forget. dead is nil when there is none.
func withoutDead(revisions []release.Record, status v1.StyrminDeploymentStatus, forget int) (rest []release.Record, dead *release.Record) {
	if len(revisions) == 0 {
		return revisions, nil
	}
	last := revisions[len(revisions)-1]
	if !last.IsPending() || last.Revision != forget && !ours(last, status) {
		return revisions, nil
	}
	return revisions[:len(revisions)-1], &last
}

// PendingElsewhere is what is known of the change that another client is making of a
// deployment's release, or died in; nil when the newest revision is not pending, or is an engine's own.
func (e *Engine) PendingElsewhere(ctx context.Context, deployment *v1.StyrminDeployment, revisions []release.Record) *helm.PendingError {
	rest, _ := withoutDead(revisions, deployment.Status, 0)
	if len(rest) == 0 || !rest[len(rest)-1].IsPending() {
		return nil
	}
	last := rest[len(rest)-1]
	// Who it was is for people: without it, the refusal is as good.
	by, _ := e.Helm.Author(ctx, last.Name, last.Revision)
	return &helm.PendingError{
		Namespace: deployment.Namespace, Release: last.Name, Revision: last.Revision, Status: last.Status, Since: last.Begun, By: by,
	}
}

// refusePending respects a change of another client, which may be alive, unless the
// operator says that it is not. What an engine of ours left pending is forgotten when a run begins.
func (p *Prepared) refusePending() error {
	pending := p.Situation.Pending
	if pending == nil || pending.Revision == p.ForgetPending {
		return nil
	}
	refused := *pending
	refused.CanForget = true
	return &refused
}

// changesRelease is true when it is still to come that the engine itself changes the release.
func (p *Prepared) changesRelease() bool {
	s := p.Situation
	inAction := p.Instance.HelmInAction() && s.Hook == v1.RunHookUpgrade
	return s.Changed && !inAction && !(s.Resume && s.Recorded().Revision > 0)
}

// fitsForgetting refuses to forget what is not pending: the operator means another
// revision, or another release.
func (p *Prepared) fitsForgetting() error {
	if p.ForgetPending == 0 {
		return nil
	}
	name, found := fmt.Sprintf("%s/%s", p.Desired.Namespace, p.Desired.ReleaseName()), "there is no such release"
	if newest := lifecycle.Newest(p.Situation.Revisions); newest > 0 {
		last := p.Situation.Revisions[len(p.Situation.Revisions)-1]
		if last.Revision == p.ForgetPending && last.IsPending() {
			return nil
		}
		found = fmt.Sprintf("its newest revision is %d (%s)", last.Revision, last.Status)
	}
	return &RefusedError{
		What: fmt.Sprintf("revision %d of Helm release %s cannot be forgotten: expected the newest one, and pending; %s", p.ForgetPending, name, found),
		Next: "Nothing was changed. Without --forget-pending, the same command says what is in its way, if anything is.",
	}
}

// ours is true for a revision that an engine made for a run of this deployment.
// The run's label alone does not tell: Helm copies it into everybody's revisions.
func ours(revision release.Record, status v1.StyrminDeploymentStatus) bool {
	id := revision.Labels[v1.LabelRun]
	known := status.Run != nil && status.Run.ID == id ||
		slices.ContainsFunc(status.History, func(past v1.RunSummary) bool { return past.ID == id })
	return id != "" && known && revision.Labels[v1.LabelRevision] == strconv.Itoa(revision.Revision)
}
