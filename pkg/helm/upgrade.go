package helm

import (
	"context"
	"time"

	"helm.sh/helm/v3/pkg/action"
	rspb "helm.sh/helm/v3/pkg/release"
)

// upgrade makes the next revision of a release that is there, be its newest revision deployed or
// failed; after a failed first install Helm compares with what that install left.
// It leaves to the caller: that no other client is at work, and the rollback of a failed upgrade.
func (s *session) upgrade(ctx context.Context, req Request, namespace string, timeout time.Duration) (*rspb.Release, error) {
	loaded, err := req.Chart.fresh()
	if err != nil {
		return nil, err
	}
	verb := action.NewUpgrade(s.Configuration)
	verb.Namespace = namespace
	verb.Labels = req.Labels
	verb.Description = req.Description
	verb.Timeout = timeout
	verb.Wait = req.Wait
	verb.PostRenderer = postRenderer(req.PostRender)
	verb.MaxHistory = maxHistory
	// Without it empty values would mean those of the revision before.
	verb.ResetValues = true
	return verb.RunWithContext(ctx, req.Release, loaded, orEmpty(req.Values))
}
