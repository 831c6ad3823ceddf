package helm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"

	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// LoadChart finds a chart and loads it. It changes nothing but Helm's own caches. The error is a *ChartError.
func (c *Charts) LoadChart(ctx context.Context, ref ChartRef) (*Chart, error) {
	defer captureStandardLog(c.debug)()
	fetch, where := c.fetcher(ref)
	loaded, err := await(ctx, fetch)
	if err != nil {
		return nil, &ChartError{where, err}
	}
	if err := usable(loaded, ref.Version); err != nil {
		return nil, &ChartError{where, err}
	}
	return newChart(loaded, where)
}

// fetcher picks the way to a chart, and its location for messages.
func (c *Charts) fetcher(ref ChartRef) (func() (*chart.Chart, error), string) {
	switch {
	case strings.HasPrefix(ref.Location, "oci://"):
		return func() (*chart.Chart, error) { return c.fetchOCI(ref) }, ref.Location
	case strings.HasPrefix(ref.Location, "http://"), strings.HasPrefix(ref.Location, "https://"):
		return func() (*chart.Chart, error) { return c.fetchHTTP(ref) }, ref.Location
	}
	path := localPath(ref)
	return func() (*chart.Chart, error) { return loadPath(path, ref.Keyring) }, path
}

// usable says early what Helm would only say in the middle of an install.
func usable(c *chart.Chart, version string) error {
	if c.Metadata.Type == "library" {
		return fmt.Errorf("%w: %q is a library chart, expected an application chart", ErrChartInvalid, c.Name())
	}
	if err := action.CheckDependencies(c, c.Metadata.Dependencies); err != nil {
		return fmt.Errorf("%w: dependencies %v; run helm dependency build", ErrChartInvalid, err)
	}
	if !satisfies(c.Metadata.Version, version) {
		return fmt.Errorf("%w: it is version %q, expected %q", ErrChartVersion, c.Metadata.Version, version)
	}
	return nil
}

func satisfies(version, wanted string) bool {
	if wanted == "" || version == wanted {
		return true
	}
	have, err := semver.NewVersion(version)
	if err != nil {
		return false
	}
	constraint, err := semver.NewConstraint(wanted)
	return err == nil && constraint.Check(have)
}

func newChart(loaded *chart.Chart, where string) (*Chart, error) {
	print, err := chartFingerprint(loaded)
	if err != nil {
		return nil, &ChartError{where, err}
	}
	return &Chart{
		Name:        loaded.Name(),
		Version:     loaded.Metadata.Version,
		AppVersion:  loaded.AppVersion(),
		Fingerprint: print,
		Digest:      filesDigest(loaded.Raw),
		Location:    where,
		raw:         loaded.Raw,
	}, nil
}

// chartFingerprint goes through the JSON that a record would hold, so that the two cannot differ.
func chartFingerprint(c *chart.Chart) (release.Fingerprint, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return release.Fingerprint{}, fmt.Errorf("writing the chart as JSON: %w", err)
	}
	return release.ChartFingerprint(raw)
}

func filesDigest(files []*chart.File) string {
	sorted := slices.SortedFunc(slices.Values(files), func(a, b *chart.File) int { return strings.Compare(a.Name, b.Name) })
	h := sha256.New()
	for _, f := range sorted {
		fmt.Fprintf(h, "%d:%s%d:", len(f.Name), f.Name, len(f.Data))
		h.Write(f.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fresh builds the chart anew: Helm alters a chart's values, metadata and
// dependencies while it renders it.
func (c *Chart) fresh() (*chart.Chart, error) {
	files := make([]*loader.BufferedFile, 0, len(c.raw))
	for _, f := range c.raw {
		files = append(files, &loader.BufferedFile{Name: f.Name, Data: f.Data})
	}
	loaded, err := loader.LoadFiles(files)
	if err != nil {
		return nil, &ChartError{c.Location, fmt.Errorf("%w: %w", ErrChartInvalid, err)}
	}
	return loaded, nil
}
