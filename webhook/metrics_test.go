package webhook

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// gauge reads one of our gauges as /metrics shows it.
func gauge(t *testing.T, name string) float64 {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("/metrics does not have %s", name)
	return 0
}
