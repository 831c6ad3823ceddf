package chart

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
)

// TestExamples has every driver of examples; their charts are beside them.
func TestExamples(t *testing.T) {
	paths, err := filepath.Glob("../../../examples/*/driver.styrmin.yml")
	if err != nil || len(paths) < 2 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			d, found := driver.LoadDir(path)
			if d == nil || found.HasErrors() {
				t.Fatal(found)
			}
			if found := New("").Check(t.Context(), d, lint.Inputs{}); len(found) > 0 {
				t.Error(found)
			}
			// A check that finds nothing may have looked at nothing.
			for name := range d.Object.Spec.Components {
				component := d.Object.Spec.Components[name]
				component.Identifier.Label = map[string]string{"app": "none-of-them"}
				d.Object.Spec.Components[name] = component
			}
			if found := New("").Check(t.Context(), d, lint.Inputs{}); len(found) != len(d.Object.Spec.Components) {
				t.Errorf("components without workloads: %v", found)
			}
		})
	}
}

// TestCheckInParallel is for the race detector: one checker, many drivers, one chart.
func TestCheckInParallel(t *testing.T) {
	var drivers []*driver.Driver
	for _, path := range []string{"../../../examples/notes", "../../../examples/founding"} {
		d, _ := driver.LoadDir(path)
		drivers = append(drivers, d)
	}
	drivers = append(drivers, load(t, "./nowhere", ""))
	checker := New("")
	var group sync.WaitGroup
	for i := range 24 {
		group.Go(func() {
			d := drivers[i%len(drivers)]
			found := checker.Check(t.Context(), d, lint.Inputs{})
			if wrong := i%len(drivers) == 2; wrong != (len(found) == 1) {
				t.Errorf("%s: %v", d.Dir, found)
			}
		})
	}
	group.Wait()
}

func TestChartInstead(t *testing.T) {
	dir, err := filepath.Abs("../../../examples/notes/chart")
	if err != nil {
		t.Fatal(err)
	}
	// The chart's version is another, and the driver's location leads nowhere.
	d := load(t, "./nowhere", "9.9.9")
	found := New(dir).Check(t.Context(), d, lint.Inputs{})
	if len(found) != 1 || found[0].Rule != "chart-component-unmatched" || !strings.Contains(found[0].Help, "Deployment notes-server") {
		t.Errorf("found %v", found)
	}
	d.Object.Spec.Helm = nil
	if again := New(dir).Check(t.Context(), d, lint.Inputs{}); len(again) != 1 {
		t.Errorf("without a location: %v", again)
	}
	found = New("/no/such/chart").Check(t.Context(), d, lint.Inputs{})
	if len(found) != 1 || found[0].Message != "chart /no/such/chart: not found: no such directory or archive" {
		t.Errorf("found %v", found)
	}
}

func TestRenderingEnds(t *testing.T) {
	d, _ := driver.LoadDir("../../../examples/founding")
	checker := New("")
	checker.rendering = time.Nanosecond
	found := checker.Check(t.Context(), d, lint.Inputs{})
	if len(found) != 1 || found[0].Severity != diagnostic.Warning || found[0].Message != "the chart founding takes too long to render" {
		t.Errorf("found %v", found)
	}
}

func TestCheckSaysNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found := New("").Check(ctx, load(t, "./nowhere", ""), lint.Inputs{}); len(found) > 0 {
		t.Errorf("of an interrupted check: %v", found)
	}
	text := "apiVersion: styrmin.io/v1\nkind: ApplicationDriver\nspec: {helm: {main: {location: ./chart}}}\n"
	d, _ := driver.Load(strings.NewReader(text), "")
	if found := New("").Check(t.Context(), d, lint.Inputs{}); len(found) > 0 {
		t.Errorf("of a driver without its files: %v", found)
	}
}

// TestLargeManifest has more workloads and components than anybody writes.
func TestLargeManifest(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("apiVersion: styrmin.io/v1\nkind: ApplicationDriver\nmetadata: {name: notes}\n" +
		"spec:\n  version: '1'\n  default_version: 1.0.0\n  helm: {main: {location: ./chart}}\n  components:\n")
	const many = 3000
	for i := range many {
		fmt.Fprintf(&text, "    c%d: {identifier: {label: {app: web}}}\n", i)
	}
	write(t, dir, map[string]string{
		"driver.styrmin.yml":       text.String(),
		"chart/Chart.yaml":         "apiVersion: v2\nname: notes\nversion: 1.2.0\n",
		"chart/templates/web.yaml": "{{ range until 3000 }}\n---\nkind: Deployment\nmetadata: {name: web{{ . }}}\nspec: {template: {metadata: {labels: {tier: web-{{ . }}}}, spec: {}}}\n{{ end }}",
	})
	d, found := driver.LoadDir(dir)
	if d == nil || found.HasErrors() {
		t.Fatal(found)
	}
	found = New("").Check(t.Context(), d, lint.Inputs{})
	if len(found) == 0 || len(found[0].Help) > 1000 {
		t.Errorf("%d problems: %v", len(found), found[:min(1, len(found))])
	}
}

// TestOddTexts has names and labels that no cluster would take.
func TestOddTexts(t *testing.T) {
	d := load(t, "./chart", "")
	write(t, d.Dir, map[string]string{
		"chart/Chart.yaml":         "apiVersion: v2\nname: notes\nversion: 1.2.0\n",
		"chart/templates/web.yaml": "kind: Deployment\nmetadata: {name: \"two\\nlines\"}\nspec: {template: {metadata: {labels: {app: {{ repeat 100000 \"x\" }}}}, spec: {}}}\n",
	})
	found := New("").Check(t.Context(), d, lint.Inputs{})
	if len(found) != 1 || len(found[0].Help) > 2*longest || !strings.HasPrefix(found[0].Help, "the chart has Deployment two lines (app: xxx") {
		t.Errorf("found %.1000v", found)
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
