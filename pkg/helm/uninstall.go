package helm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/storage/driver"
)

// Uninstall removes a release with all its revisions, and waits until its resources are gone, with their pods; what
// is not there is fine. Resources that the chart says to keep (helm.sh/resource-policy) stay.
// timeout bounds each of Helm's waits. It leaves to the caller that no other client is at work.
func (c *Client) Uninstall(ctx context.Context, name string, timeout time.Duration) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if timeout, err = waitTime(ctx, timeout); err != nil {
		return err
	}
	verb := action.NewUninstall(s.Configuration)
	verb.Wait = true
	verb.DeletionPropagation = "foreground" // else a Deployment is gone before its pods are
	verb.Timeout = timeout
	_, err = await(ctx, func() (struct{}, error) {
		_, err := verb.Run(name)
		return struct{}{}, err
	})
	if err == nil || errors.Is(err, driver.ErrReleaseNotFound) {
		return nil
	}
	return fmt.Errorf("uninstalling release %q in namespace %q: %w", name, c.namespace, s.failure(ctx, err))
}
