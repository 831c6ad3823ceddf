package helm

import (
	"context"
	"time"

	"helm.sh/helm/v3/pkg/action"
	rspb "helm.sh/helm/v3/pkg/release"
)

// install makes the first revision of a release, or, after an uninstall that kept the history,
// the next one. It leaves to the caller: that the namespace exists, that the release is not there,
// and what to do with a failed install; it does not uninstall.
func (s *session) install(ctx context.Context, req Request, last *rspb.Release, namespace string, timeout time.Duration) (*rspb.Release, error) {
	loaded, err := req.Chart.fresh()
	if err != nil {
		return nil, err
	}
	verb := action.NewInstall(s.Configuration)
	verb.ReleaseName = req.Release
	verb.Namespace = namespace
	verb.Labels = req.Labels
	verb.Description = req.Description
	verb.Timeout = timeout
	verb.Wait = req.Wait
	verb.PostRenderer = postRenderer(req.PostRender)
	verb.Replace = last != nil
	rel, err := verb.RunWithContext(ctx, loaded, orEmpty(req.Values))
	if err != nil && last != nil && !s.records.created {
		// Helm marks the uninstalled revision as superseded before it tries to store the new
		// one. Were it left so, the next attempt would be an upgrade of nothing.
		_ = s.Releases.Update(last)
	}
	return rel, err
}
