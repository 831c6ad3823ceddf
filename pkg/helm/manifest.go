package helm

import (
	"context"
	"fmt"

	rspb "helm.sh/helm/v3/pkg/release"
)

// Manifest reads what a revision of a release consists of, as `helm get manifest`
// and `helm get hooks` show it.
func (c *Client) Manifest(ctx context.Context, name string, revision int) (*Rendered, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	rel, err := await(ctx, func() (*rspb.Release, error) { return s.Releases.Get(name, revision) })
	if err != nil {
		return nil, fmt.Errorf("revision %d of release %q in namespace %q: %w", revision, name, c.namespace, clusterError(err))
	}
	return rendered(rel), nil
}
