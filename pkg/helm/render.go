package helm

import (
	"context"
	"fmt"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	rspb "helm.sh/helm/v3/pkg/release"
)

// Rendered is what a chart renders to, as YAML documents.
type Rendered struct {
	// Manifest has the objects of the release.
	Manifest string
	// Hooks has what Helm runs at moments of its own, tests included.
	Hooks string
	// Definitions has the chart's CustomResourceDefinitions, which are no part of the release:
	// Helm makes those that are missing when it installs, and never changes one.
	Definitions string
}

// Render is RenderIn the client's namespace.
func (c *Client) Render(ctx context.Context, req Request) (*Rendered, error) {
	return c.RenderIn(ctx, c.namespace, req)
}

// RenderIn renders a chart without a cluster: lookup finds nothing, and the capabilities are
// those of a Kubernetes that suits the chart. What depends on either shows only in Apply.
// Of the request it uses Release, Chart, Values and Upgrade. The error is a *RenderError, or the context's.
func (c *Charts) RenderIn(ctx context.Context, namespace string, req Request) (*Rendered, error) {
	defer captureStandardLog(c.debug)()
	loaded, err := req.Chart.fresh()
	if err != nil {
		return nil, err
	}
	install := action.NewInstall(&action.Configuration{
		Capabilities: chartutil.DefaultCapabilities,
		Log:          c.debug,
	})
	install.ClientOnly = true
	install.DryRun = true
	install.DryRunOption = "client"
	install.ReleaseName = req.Release
	install.Namespace = namespace
	install.IsUpgrade = req.Upgrade
	install.KubeVersion = suitableKubernetes(loaded.Metadata.KubeVersion)
	rel, err := await(ctx, func() (*rspb.Release, error) {
		rel, err := install.RunWithContext(ctx, loaded, orEmpty(req.Values))
		if err != nil {
			return nil, renderError(err).explained(req)
		}
		return rel, nil
	})
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", req.Chart.Location, err)
	}
	out := rendered(rel)
	out.Definitions = definitions(loaded)
	return out, nil
}

func definitions(c *chart.Chart) string {
	var text strings.Builder
	for _, definition := range c.CRDObjects() {
		fmt.Fprintf(&text, "---\n# Source: %s\n%s\n", definition.Filename, definition.File.Data)
	}
	return text.String()
}

func rendered(rel *rspb.Release) *Rendered {
	var hooks strings.Builder
	for _, hook := range rel.Hooks {
		fmt.Fprintf(&hooks, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	return &Rendered{Manifest: rel.Manifest, Hooks: hooks.String()}
}

// newestMinor is the minor version of the Kubernetes that this program's client is of.
const newestMinor = 37

// suitableKubernetes is the newest Kubernetes that a chart says it works with. Which one
// the cluster is, is not known here, and Helm's own default is an old one.
func suitableKubernetes(constraint string) *chartutil.KubeVersion {
	minor := newestMinor
	for m := newestMinor; m > 0 && constraint != ""; m-- {
		if chartutil.IsCompatibleRange(constraint, kubeVersion(m).Version) {
			minor = m
			break
		}
	}
	return kubeVersion(minor)
}

func kubeVersion(minor int) *chartutil.KubeVersion {
	return &chartutil.KubeVersion{Version: fmt.Sprintf("v1.%d.0", minor), Major: "1", Minor: fmt.Sprint(minor)}
}

// orEmpty keeps nil out of the record: Helm would write it as a missing field.
func orEmpty(values map[string]any) map[string]any {
	if values == nil {
		return map[string]any{}
	}
	return values
}
