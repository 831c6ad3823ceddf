// Package helm is the only importer of Helm. It loads charts, renders them,
// and installs, upgrades and reads releases, one Helm verb per file.
package helm

import (
	"context"
	"errors"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Client carries out Helm's verbs in one namespace.
type Client struct{}

// New returns a client for a namespace. Helm's own log lines go to debug; nil drops them.
func New(getter genericclioptions.RESTClientGetter, namespace string, debug func(string, ...any)) (*Client, error) {
	return nil, errors.New("not yet")
}

// LoadChart finds a chart and loads it.
func (c *Client) LoadChart(ctx context.Context, ref ChartRef) (*Chart, error) {
	return nil, errors.New("not yet")
}

// Render renders a chart without a cluster.
func (c *Client) Render(ctx context.Context, req Request) (string, error) {
	return "", errors.New("not yet")
}

// Apply installs or upgrades, whichever the history of the release calls for.
func (c *Client) Apply(ctx context.Context, req Request) (*release.Record, error) {
	return nil, errors.New("not yet")
}

// History lists the revisions of a release, oldest first; empty when there are none.
func (c *Client) History(ctx context.Context, name string) ([]release.Record, error) {
	return nil, errors.New("not yet")
}

// MarkFailed ends a pending revision that a dead run of ours left.
func (c *Client) MarkFailed(ctx context.Context, name string, revision int, reason string) error {
	return errors.New("not yet")
}
