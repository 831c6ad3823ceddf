package helm

import (
	"context"
	"fmt"
)

// Forget deletes the record of a pending revision, so that Helm accepts the next change, which
// gets the same number. What was applied of the revision stays and belongs to the release.
// Helm itself has no verb for it. Whether the client that was at work on the revision is dead
// is for the caller to know.
func (c *Client) Forget(ctx context.Context, name string, revision int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	_, err = await(ctx, func() (struct{}, error) { return struct{}{}, s.forget(name, revision) })
	if err != nil {
		return fmt.Errorf("deleting the record of release %q revision %d in namespace %q: %w", name, revision, c.namespace, clusterError(err))
	}
	return nil
}

func (s *session) forget(name string, revision int) error {
	r, err := s.Releases.Get(name, revision)
	if err != nil {
		return err
	}
	if !r.Info.Status.IsPending() {
		return fmt.Errorf("it is %s, expected a pending revision", r.Info.Status)
	}
	_, err = s.Releases.Delete(name, revision)
	return err
}
