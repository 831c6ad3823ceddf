package helm

import (
	"context"
	"fmt"

	rspb "helm.sh/helm/v3/pkg/release"
)

// MarkFailed ends a pending revision, so that Helm accepts the next change. Helm itself has no
// verb for it. Whether the client that was at work on the revision is dead is for the caller to
// know: one that lives would go on and overwrite the mark. A revision that has failed is left alone.
func (c *Client) MarkFailed(ctx context.Context, name string, revision int, reason string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	_, err = await(ctx, func() (struct{}, error) { return struct{}{}, s.markFailed(name, revision, reason) })
	if err != nil {
		return fmt.Errorf("marking release %q revision %d in namespace %q as failed: %w", name, revision, c.namespace, clusterError(err))
	}
	return nil
}

func (s *session) markFailed(name string, revision int, reason string) error {
	r, err := s.Releases.Get(name, revision)
	if err != nil {
		return err
	}
	switch {
	case r.Info.Status == rspb.StatusFailed:
		return nil
	case !r.Info.Status.IsPending():
		return fmt.Errorf("it is %s, expected a pending revision", r.Info.Status)
	}
	r.SetStatus(rspb.StatusFailed, reason)
	return s.Releases.Update(r)
}
