package helm

import (
	"context"
	"errors"
	"fmt"

	rspb "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/releaseutil"
	"helm.sh/helm/v3/pkg/storage/driver"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// History lists the revisions of a release, oldest first; it is empty when there are none.
// Helm leaves out records that it cannot read, and so does this.
func (c *Client) History(ctx context.Context, name string) ([]release.Record, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	revisions, err := s.history(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("history of release %q in namespace %q: %w", name, c.namespace, err)
	}
	records := make([]release.Record, 0, len(revisions))
	for _, r := range revisions {
		record, err := toRecord(r)
		if err != nil {
			return nil, err
		}
		records = append(records, *record)
	}
	return records, nil
}

func (s *session) history(ctx context.Context, name string) ([]*rspb.Release, error) {
	revisions, err := await(ctx, func() ([]*rspb.Release, error) { return s.Releases.History(name) })
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, clusterError(err)
	}
	// Storage lists by object name, where v10 comes before v2.
	releaseutil.SortByRevision(revisions)
	return revisions, nil
}
