package helm

import (
	"context"
	"fmt"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chartutil"
	rspb "helm.sh/helm/v3/pkg/release"
)

// Render renders a chart, hooks included, without a cluster: lookup finds nothing and the
// capabilities are Helm's defaults. What depends on either shows only in Apply.
// Of the request it uses Release, Chart and Values.
func (c *Client) Render(ctx context.Context, req Request) (string, error) {
	defer captureStandardLog(c.debug)()
	loaded, err := req.Chart.fresh()
	if err != nil {
		return "", err
	}
	install := action.NewInstall(&action.Configuration{
		Capabilities: chartutil.DefaultCapabilities,
		Log:          c.debug,
	})
	install.ClientOnly = true
	install.DryRun = true
	install.DryRunOption = "client"
	install.ReleaseName = req.Release
	install.Namespace = c.namespace
	rel, err := await(ctx, func() (*rspb.Release, error) {
		return install.RunWithContext(ctx, loaded, orEmpty(req.Values))
	})
	if err != nil {
		return "", fmt.Errorf("chart %s: %w", req.Chart.Location, renderError(err))
	}
	return manifest(rel), nil
}

func manifest(rel *rspb.Release) string {
	var b strings.Builder
	b.WriteString(rel.Manifest)
	for _, hook := range rel.Hooks {
		fmt.Fprintf(&b, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	return b.String()
}

// orEmpty keeps nil out of the record: Helm would write it as a missing field.
func orEmpty(values map[string]any) map[string]any {
	if values == nil {
		return map[string]any{}
	}
	return values
}
