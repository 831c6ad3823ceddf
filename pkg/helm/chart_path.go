package helm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
)

// localPath never depends on the working directory when the reference has a Dir.
func localPath(ref ChartRef) string {
	path := filepath.FromSlash(ref.Location)
	if filepath.IsAbs(path) || ref.Dir == "" {
		return path
	}
	return filepath.Join(ref.Dir, path)
}

// loadPath loads a chart's directory or archive. Helm would read all of a
// directory before it misses Chart.yaml, however large the directory is.
func loadPath(path, keyring string) (*chart.Chart, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: no such directory or archive", ErrChartNotFound)
	case err == nil && info.IsDir():
		if _, err := os.Stat(filepath.Join(path, chartutil.ChartfileName)); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: the directory has no %s", ErrChartInvalid, chartutil.ChartfileName)
		}
		if keyring != "" {
			return nil, fmt.Errorf("%w: it is a directory, and only an archive can be signed: helm package --sign", ErrUnverified)
		}
	case err == nil && keyring != "":
		return loadSigned(path, keyring)
	}
	loaded, err := loader.Load(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChartInvalid, err)
	}
	return loaded, nil
}

func loadSigned(path, keyring string) (*chart.Chart, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChartInvalid, err)
	}
	return archive{filepath.Base(path), data, func() ([]byte, error) { return os.ReadFile(path + ".prov") }}.load(keyring)
}
