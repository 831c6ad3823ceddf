package helm

import (
	"context"
	"errors"
	"fmt"
	"time"

	rspb "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Apply installs or upgrades a release, whichever its history calls for, and returns the new
// revision. When that revision was recorded and then failed, both it and a FailedError are returned.
//
// When the context is cancelled, Apply returns at once and the revision is marked as failed, without
// a rollback; requests that Helm has begun may still reach the cluster.
func (c *Client) Apply(ctx context.Context, req Request) (*release.Record, error) {
	defer captureStandardLog(c.debug)()
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	timeout, err := waitTime(ctx, req.Timeout)
	if err != nil {
		return nil, err
	}
	rel, err := s.apply(ctx, req, c.namespace, timeout)
	if err == nil {
		return toRecord(rel)
	}
	err = fmt.Errorf("release %q in namespace %q, chart %s-%s: %w",
		req.Release, c.namespace, req.Chart.Name, req.Chart.Version, s.failure(ctx, err))
	if !s.records.created || rel == nil {
		return nil, err
	}
	return s.failed(ctx, req, rel, err, timeout)
}

// apply picks the verb by what is there, and respects the client that is at work on it.
func (s *session) apply(ctx context.Context, req Request, namespace string, timeout time.Duration) (*rspb.Release, error) {
	revisions, err := s.history(ctx, req.Release)
	if err != nil {
		return nil, err
	}
	var last *rspb.Release
	next := 1
	if len(revisions) > 0 {
		last = revisions[len(revisions)-1]
		next = last.Version + 1
		if status := last.Info.Status; status.IsPending() || status == rspb.StatusUninstalling {
			return nil, &PendingError{Namespace: namespace, Release: last.Name, Revision: last.Version, Status: status.String()}
		}
	}
	rel, err := s.change(ctx, req, last, namespace, timeout)
	if errors.Is(err, driver.ErrReleaseExists) {
		// Another client took the revision's number a moment ago.
		return nil, &PendingError{Namespace: namespace, Release: req.Release, Revision: next, Status: "being changed"}
	}
	return rel, err
}

// change makes the revision after last, which is nil when there is none.
func (s *session) change(ctx context.Context, req Request, last *rspb.Release, namespace string, timeout time.Duration) (*rspb.Release, error) {
	if last == nil || last.Info.Status == rspb.StatusUninstalled {
		return s.install(ctx, req, last, namespace, timeout)
	}
	return s.upgrade(ctx, req, namespace, timeout)
}

// failed reports a revision that was recorded and failed, after rolling back if asked to.
func (s *session) failed(ctx context.Context, req Request, rel *rspb.Release, cause error, timeout time.Duration) (*release.Record, error) {
	failure := &FailedError{Release: rel.Name, Revision: rel.Version, Err: cause, Reasons: explained(ctx, req, cause)}
	if req.RollbackOnFailure && rel.Version > 1 && !errors.Is(ctx.Err(), context.Canceled) {
		// A deadline that ended the upgrade must not end its rollback too: it has its own, as in Helm.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout+rollbackMargin)
		defer cancel()
		failure.RolledBackTo, failure.RollbackErr = s.rollback(ctx, rel.Name, req.Wait, timeout)
	}
	record, err := toFixed(rel)
	if err != nil {
		return nil, errors.Join(failure, err)
	}
	record.Status, record.Description = release.StatusFailed, cause.Error()
	return record, failure
}

// explainTime bounds Explain: what went wrong is known, and a rollback may wait.
const explainTime = 15 * time.Second

// explained is why resources are not ready. The deadline that ended the wait must not end the asking.
func explained(ctx context.Context, req Request, cause error) []string {
	if req.Explain == nil || !errors.Is(cause, ErrNotReady) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), explainTime)
	defer cancel()
	return req.Explain(ctx)
}

// rollbackMargin is for what a rollback does besides waiting.
const rollbackMargin = time.Minute

// waitTime is how long Helm may wait: it knows nothing of the context's deadline.
func waitTime(ctx context.Context, timeout time.Duration) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(deadline))
	}
	return timeout, nil
}

// Installs tells whether Apply installs a release with this history, instead of upgrading it.
func Installs(history []release.Record) bool {
	return len(history) == 0 || history[len(history)-1].Status == release.StatusUninstalled
}
