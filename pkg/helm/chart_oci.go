package helm

import (
	"fmt"
	"io"
	"net/url"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/registry"
)

// fetchOCI pulls a chart from a registry, with the credentials of helm registry login.
func (c *Charts) fetchOCI(ref ChartRef) (*chart.Chart, error) {
	client, err := c.registryClient(ref.PlainHTTP)
	if err != nil {
		return nil, err
	}
	parsed, err := url.Parse(ref.Location)
	if err != nil {
		return nil, fmt.Errorf("%w: not a valid OCI reference: %w", ErrChartNotFound, err)
	}
	// Finds the newest tag that satisfies a constraint; an exact version is used as it is.
	resolved, err := client.ValidateReference(ref.Location, ref.Version, parsed)
	if err != nil {
		return nil, fetchError(err)
	}
	g, err := getter.NewOCIGetter(getter.WithRegistryClient(client), getter.WithPlainHTTP(ref.PlainHTTP))
	if err != nil {
		return nil, err
	}
	archive, err := g.Get(resolved.String())
	if err != nil {
		return nil, fetchError(err)
	}
	return loadArchive(archive)
}

func (c *Charts) registryClient(plainHTTP bool) (*registry.Client, error) {
	options := []registry.ClientOption{
		registry.ClientOptWriter(io.Discard),
		registry.ClientOptCredentialsFile(c.settings.RegistryConfig),
		registry.ClientOptEnableCache(true),
	}
	if plainHTTP {
		options = append(options, registry.ClientOptPlainHTTP())
	}
	client, err := registry.NewClient(options...)
	if err != nil {
		return nil, fmt.Errorf("setting up the registry client: %w", err)
	}
	return client, nil
}

func loadArchive(archive io.Reader) (*chart.Chart, error) {
	loaded, err := loader.LoadArchive(archive)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChartInvalid, err)
	}
	return loaded, nil
}
