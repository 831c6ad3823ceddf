package helm

import (
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
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
	get := func(reference string) ([]byte, error) {
		data, err := g.Get(reference)
		if err != nil {
			return nil, fetchError(err)
		}
		return data.Bytes(), nil
	}
	data, err := get(resolved.String())
	if err != nil {
		return nil, err
	}
	// The getter takes this suffix for the layer with the provenance.
	signature := func() ([]byte, error) { return get(resolved.String() + ".prov") }
	return archive{packedName(resolved), data, signature}.load(ref.Keyring)
}

// packedName is what `helm package` called the archive before it was pushed: a tag has no '+'.
func packedName(reference *url.URL) string {
	name, tag, _ := strings.Cut(path.Base(reference.Path), ":")
	return fmt.Sprintf("%s-%s.tgz", name, strings.ReplaceAll(tag, "_", "+"))
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
