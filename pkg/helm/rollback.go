package helm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"helm.sh/helm/v3/pkg/action"
	rspb "helm.sh/helm/v3/pkg/release"
)

var errNothingToRollBackTo = errors.New("no earlier revision was deployed")

// rollback restores the newest revision that was deployed, as a new revision, and returns the
// number of the one restored. It leaves to the caller whether the gate lets it: the record of a
// rollback is admitted or held like any other.
func (s *session) rollback(ctx context.Context, name string, wait bool, timeout time.Duration) (int, error) {
	revisions, err := s.history(ctx, name)
	if err != nil {
		return 0, err
	}
	target := lastGood(revisions)
	if target == 0 {
		return 0, errNothingToRollBackTo
	}
	verb := action.NewRollback(s.Configuration)
	verb.Version = target
	verb.Wait = wait
	verb.Timeout = timeout
	verb.MaxHistory = maxHistory
	_, err = await(ctx, func() (struct{}, error) { return struct{}{}, verb.Run(name) })
	if err != nil {
		return 0, fmt.Errorf("rollback to revision %d: %w", target, s.failure(ctx, err))
	}
	return target, nil
}

// lastGood prefers the revision marked deployed; superseded ones were deployed once,
// but after a crash also a failed one may bear that mark.
func lastGood(revisions []*rspb.Release) int {
	superseded := 0
	for i := len(revisions) - 1; i >= 0; i-- {
		switch r := revisions[i]; {
		case r.Info.Status == rspb.StatusDeployed:
			return r.Version
		case r.Info.Status == rspb.StatusSuperseded && superseded == 0:
			superseded = r.Version
		}
	}
	return superseded
}
