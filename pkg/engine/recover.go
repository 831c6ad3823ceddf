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
	revisions := p.Situation.Revisions
	if len(revisions) == 0 {
		return nil
	}
	last := revisions[len(revisions)-1]
	if !last.IsPending() || !ours(last, deployment.Status) {
		return nil
	}
	if err := e.Helm.Forget(ctx, p.Desired.ReleaseName(), last.Revision); err != nil {
		return err
	}
	p.Situation.Revisions = revisions[:len(revisions)-1]
	return nil
}

// ours is true for a revision that an engine made for a run of this deployment.
// The run's label alone does not tell: Helm copies it into everybody's revisions.
func ours(revision release.Record, status v1.StyrminDeploymentStatus) bool {
	id := revision.Labels[v1.LabelRun]
	known := status.Run != nil && status.Run.ID == id ||
		slices.ContainsFunc(status.History, func(past v1.RunSummary) bool { return past.ID == id })
	return id != "" && known && revision.Labels[v1.LabelRevision] == strconv.Itoa(revision.Revision)
}
