package helm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
)

// archive is a packed chart as it was found.
type archive struct {
	// name is the file's, under which a provenance file lists its checksum.
	name string
	data []byte
	// provenance fetches the provenance file that belongs to it.
	provenance func() ([]byte, error)
}

// load unpacks the chart, once it is verified with the keyring if there is one.
func (a archive) load(keyring string) (*chart.Chart, error) {
	if keyring != "" {
		if err := a.verify(keyring); err != nil {
			return nil, err
		}
	}
	loaded, err := loader.LoadArchive(bytes.NewReader(a.data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChartInvalid, err)
	}
	return loaded, nil
}

// Archive packs the chart as it was loaded, to the byte, so that LoadArchive gives a chart of
// the same digest. What `helm package` writes has another one: it rewrites Chart.yaml.
func (c *Chart) Archive() ([]byte, error) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	files := tar.NewWriter(zip)
	for _, file := range c.raw {
		header := &tar.Header{Name: c.Name + "/" + file.Name, Mode: 0o644, Size: int64(len(file.Data))}
		if err := files.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("pack chart %s: %w", c.Name, err)
		}
		if _, err := files.Write(file.Data); err != nil {
			return nil, fmt.Errorf("pack chart %s: %w", c.Name, err)
		}
	}
	if err := files.Close(); err != nil {
		return nil, fmt.Errorf("pack chart %s: %w", c.Name, err)
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("pack chart %s: %w", c.Name, err)
	}
	return packed.Bytes(), nil
}

// LoadArchive loads what Archive packed. where is the chart's location for messages. The error is a *ChartError.
func (c *Charts) LoadArchive(ctx context.Context, data []byte, where string) (*Chart, error) {
	defer captureStandardLog(c.debug)()
	loaded, err := await(ctx, func() (*chart.Chart, error) { return archive{data: data}.load("") })
	if err == nil {
		err = usable(loaded, "")
	}
	if err != nil {
		return nil, &ChartError{where, err}
	}
	return newChart(loaded, where)
}
