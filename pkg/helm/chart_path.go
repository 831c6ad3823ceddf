package helm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
)

// localPath never depends on the working directory when the reference has a Dir.
func localPath(ref ChartRef) string {
	path := filepath.FromSlash(ref.Location)
	if filepath.IsAbs(path) || ref.Dir == "" {
		return path
	}
	return filepath.Join(ref.Dir, path)
}

// loadPath loads a chart's directory or archive.
func loadPath(path string) (*chart.Chart, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: no such directory or archive", ErrChartNotFound)
	}
	loaded, err := loader.Load(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChartInvalid, err)
	}
	return loaded, nil
}
