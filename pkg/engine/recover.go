package engine

import (
	"context"
	"slices"
	"strconv"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// forgetPending deletes the record of a change that an engine of ours began and
// died in, on which Helm would refuse to work: under the deployment's lock nobody
// is at work on it. The change is then made again, under the same number. It
// comes before any Job of the run, because a Job is bound to the newest revision.
func (e *Engine) forgetPending(ctx context.Context, p *Prepared, deployment *v1.StyrminDeployment) error {
	rest, own := withoutOwn(p.Situation.Revisions, deployment.Status)
	if own == nil {
		return nil
	}
	if err := e.Helm.Forget(ctx, p.Desired.ReleaseName(), own.Revision); err != nil {
		return err
	}
	p.Situation.Revisions = rest
	return nil
}

// withoutOwn splits a pending revision of an engine of ours off a release's
// history; own is nil when there is none.
func withoutOwn(revisions []release.Record, status v1.StyrminDeploymentStatus) (rest []release.Record, own *release.Record) {
	if len(revisions) == 0 {
		return revisions, nil
	}
	last := revisions[len(revisions)-1]
	if !last.IsPending() || !ours(last, status) {
		return revisions, nil
	}
	return revisions[:len(revisions)-1], &last
}

// PendingElsewhere is the revision that another client is changing, or died while it
// did; nil when the newest one is not pending, or is an engine's own.
func PendingElsewhere(revisions []release.Record, status v1.StyrminDeploymentStatus) *release.Record {
	rest, _ := withoutOwn(revisions, status)
	if len(rest) == 0 || !rest[len(rest)-1].IsPending() {
		return nil
	}
	return &rest[len(rest)-1]
}

// ours is true for a revision that an engine made for a run of this deployment.
// The run's label alone does not tell: Helm copies it into everybody's revisions.
func ours(revision release.Record, status v1.StyrminDeploymentStatus) bool {
	id := revision.Labels[v1.LabelRun]
	known := status.Run != nil && status.Run.ID == id ||
		slices.ContainsFunc(status.History, func(past v1.RunSummary) bool { return past.ID == id })
	return id != "" && known && revision.Labels[v1.LabelRevision] == strconv.Itoa(revision.Revision)
}
