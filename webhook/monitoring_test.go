package webhook

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// TestMonitoringAsksForWhatThereIs: the metrics, labels and values in the alerts
// and the dashboard are those of /metrics, and each metric is shown.
func TestMonitoringAsksForWhatThereIs(t *testing.T) {
	text := monitoring(t)
	asked := map[string]bool{}
	for _, name := range regexp.MustCompile(`styrmin_\w+`).FindAllString(text, -1) {
		asked[strings.TrimSuffix(name, "_bucket")] = true
	}
	served := served(t)
	for name := range asked {
		if !slices.Contains(served, name) {
			t.Errorf("manifests/monitoring asks for %s, /metrics has %v", name, served)
		}
	}
	for _, name := range served {
		if !asked[name] {
			t.Errorf("manifests/monitoring does not show %s", name)
		}
	}
	known := map[string][]string{
		"outcome": {outcomeAllowed, outcomeHeld, outcomeDenied, outcomeNotGoverned, outcomeError, outcomeWarned},
		"reason":  {string(lifecycle.ReasonBreakGlass)},
		"kind":    {"Secret", "ConfigMap"},
	}
	for _, match := range regexp.MustCompile(`(\w+)(?:=|=~|!~)\\?"([^"\\]*)\\?"`).FindAllStringSubmatch(text, -1) {
		for _, value := range strings.Split(match[2], "|") {
			if values, ok := known[match[1]]; !ok || !slices.Contains(values, value) {
				t.Errorf("manifests/monitoring asks for %s: no metric has it", match[0])
			}
		}
	}
	for _, match := range regexp.MustCompile(`by \(([^)]*)\)`).FindAllStringSubmatch(text, -1) {
		for _, label := range strings.Split(match[1], ",") {
			if label = strings.TrimSpace(label); label != "le" && known[label] == nil {
				t.Errorf("manifests/monitoring sums by %s: no metric has it", label)
			}
		}
	}
}

// monitoring are the expressions of the alerts and the dashboard.
func monitoring(t *testing.T) string {
	t.Helper()
	var all []string
	for _, file := range []string{"alerts.yaml", "dashboard.json"} {
		data, err := os.ReadFile(filepath.Join("..", "manifests", "monitoring", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			if strings.Contains(line, "expr") {
				all = append(all, line)
			}
		}
	}
	return strings.Join(all, "\n")
}

// served are the names of our metrics; a vector shows itself once it was used.
func served(t *testing.T) []string {
	t.Helper()
	decisions.WithLabelValues("x", outcomeAllowed, "x")
	latency.WithLabelValues("x")
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, family := range families {
		if strings.HasPrefix(family.GetName(), "styrmin_") {
			names = append(names, family.GetName())
		}
	}
	return names
}
