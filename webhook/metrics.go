package webhook

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// decisions counts what the gate decided.
var decisions = newDecisions()

func newDecisions() *prometheus.CounterVec {
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "styrmin_gate_decisions_total",
		Help: "Admission decisions by kind, outcome and reason.",
	}, []string{"kind", "outcome", "reason"})
	metrics.Registry.MustRegister(counter)
	return counter
}
