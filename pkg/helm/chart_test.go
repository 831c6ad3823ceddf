package helm

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
)

func TestLoadChartFromPath(t *testing.T) {
	h := newHarness(t)
	dir := chartDir(t, nil)
	archive := packageChart(t, dir)
	for name, ref := range map[string]ChartRef{
		"relative to the driver":   {Location: "./notes", Dir: filepath.Dir(dir)},
		"without a dot":            {Location: "notes", Dir: filepath.Dir(dir)},
		"beside the driver":        {Location: "../notes", Dir: filepath.Join(dir)},
		"absolute":                 {Location: dir, Dir: "/nowhere"},
		"an archive":               {Location: archive},
		"with its version":         {Location: dir, Version: "1.2.0"},
		"with a constraint":        {Location: dir, Version: ">=1.0, <2.0"},
		"with a partial version":   {Location: dir, Version: "1.x"},
		"an archive beside others": {Location: filepath.Base(archive), Dir: filepath.Dir(archive)},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := h.LoadChart(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			if c.Name != "notes" || c.Version != "1.2.0" || c.AppVersion != "2.0.0" {
				t.Errorf("got %q %q %q", c.Name, c.Version, c.AppVersion)
			}
		})
	}
}

// packageChart does what helm package does.
func packageChart(t *testing.T, dir string) string {
	t.Helper()
	c, err := loader.LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := chartutil.Save(c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func TestFingerprintOfArchiveEqualsDirectory(t *testing.T) {
	h := newHarness(t)
	dir := chartDir(t, map[string]string{
		".helmignore":           "secret.txt\n",
		"secret.txt":            "ignored",
		"templates/NOTES.txt":   "\ufeffhello\r\n",
		"templates/sub/b.yaml":  "",
		"values.schema.json":    "{}",
		"crds/thing.yaml":       "apiVersion: v1\n",
		"charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
	})
	plain, err := h.LoadChart(t.Context(), ChartRef{Location: dir})
	if err != nil {
		t.Fatal(err)
	}
	packed, err := h.LoadChart(t.Context(), ChartRef{Location: packageChart(t, dir)})
	if err != nil {
		t.Fatal(err)
	}
	if plain.Fingerprint != packed.Fingerprint {
		t.Errorf("directory %+v, archive %+v", plain.Fingerprint, packed.Fingerprint)
	}
}

func TestDigestCoversWhatTheFingerprintCannot(t *testing.T) {
	h := newHarness(t)
	base := h.chart(t, nil)
	if again := h.chart(t, nil); again.Digest != base.Digest {
		t.Error("the same files have another digest")
	}
	for name, files := range map[string]map[string]string{
		"default values": {"values.yaml": "colour: red\n"},
		"a subchart":     {"charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c := h.chart(t, files)
			if c.Fingerprint != base.Fingerprint {
				t.Errorf("fingerprint changed: it is not in a record")
			}
			if c.Digest == base.Digest {
				t.Error("digest did not change")
			}
		})
	}
}

func TestLoadChartRefuses(t *testing.T) {
	h := newHarness(t)
	for _, tc := range []struct {
		name string
		ref  ChartRef
		kind error
		want string
	}{
		{"nothing there", ChartRef{Location: "./chart", Dir: "/nowhere"}, ErrChartNotFound, "chart /nowhere/chart: not found: no such directory"},
		{"no Chart.yaml", ChartRef{Location: t.TempDir()}, ErrChartInvalid, "the directory has no Chart.yaml"},
		{"broken Chart.yaml", ChartRef{Location: chartDir(t, map[string]string{"Chart.yaml": "{"})}, ErrChartInvalid, "Chart.yaml"},
		{"library", ChartRef{Location: chartDir(t, map[string]string{"Chart.yaml": chartYAML + "type: library\n"})}, ErrChartInvalid, "library chart"},
		{"missing dependency", ChartRef{Location: chartDir(t, map[string]string{
			"Chart.yaml": chartYAML + "dependencies: [{name: redis, version: 1.0.0, repository: https://example.org}]\n",
		})}, ErrChartInvalid, "missing in charts/ directory: redis; run helm dependency build"},
		{"another version", ChartRef{Location: chartDir(t, nil), Version: "1.3.0"}, ErrChartVersion, `it is version "1.2.0", expected "1.3.0"`},
		{"nonsense version", ChartRef{Location: chartDir(t, nil), Version: "newest"}, ErrChartVersion, `expected "newest"`},
		{"bad OCI reference", ChartRef{Location: "oci://%zz"}, ErrChartNotFound, "not a valid OCI reference"},
		{"bad URL", ChartRef{Location: "https://%zz"}, ErrChartNotFound, "not a valid URL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := h.LoadChart(t.Context(), tc.ref)
			if !errors.Is(err, tc.kind) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, expected %q", err, tc.want)
			}
		})
	}
}

func TestWorkingDirectoryDoesNotShadow(t *testing.T) {
	// Helm itself prefers ./notes to a chart named notes in a repository.
	t.Chdir(filepath.Dir(chartDir(t, nil)))
	h := newHarness(t)
	if _, err := h.LoadChart(t.Context(), ChartRef{Location: "notes", Dir: t.TempDir()}); !errors.Is(err, ErrChartNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestLoadChartEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newHarness(t).LoadChart(ctx, ChartRef{Location: chartDir(t, nil)}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestFreshIsUntouchedByRendering(t *testing.T) {
	h := newHarness(t)
	c := h.chart(t, map[string]string{
		"Chart.yaml":             chartYAML + "dependencies: [{name: sub, version: 0.1.0, condition: sub.enabled}]\n",
		"charts/sub/Chart.yaml":  "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
		"charts/sub/values.yaml": "x: 1\n",
	})
	off := map[string]any{"sub": map[string]any{"enabled": false}}
	if _, err := h.Render(t.Context(), Request{Release: "r", Chart: c, Values: off}); err != nil {
		t.Fatal(err)
	}
	again, err := c.fresh()
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Dependencies()) != 1 || len(again.Metadata.Dependencies) != 1 {
		t.Error("rendering removed a dependency from the chart")
	}
}
