package webhook

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// What /metrics says. Names and labels are what the dashboard and the alerts of
// manifests/monitoring ask for; a test compares.
var (
	// decisions counts what the gate decided.
	decisions = registered(prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "styrmin_gate_decisions_total",
		Help: "Admission decisions by kind, outcome and reason.",
	}, []string{"kind", "outcome", "reason"}))

	// latency is how long decisions took, waiting included.
	latency = registered(prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "styrmin_gate_decision_seconds",
		Help:    "How long admission decisions took, by kind.",
		Buckets: latencyBuckets,
	}, []string{"kind"}))

	// ownTime is what of it was not spent on waiting for the API server.
	ownTime = registered(prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "styrmin_gate_own_seconds",
		Help:    "How long admission decisions took without waiting for the API server, by kind.",
		Buckets: latencyBuckets,
	}, []string{"kind"}))

	// holding is how many changes wait for pre actions right now.
	holding = registered(prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "styrmin_gate_holds_in_progress",
		Help: "Changes of releases that wait for running pre actions right now.",
	}))

	// uncertain counts how often the memory could not be believed.
	uncertain = registered(prometheus.NewCounter(prometheus.CounterOpts{
		Name: "styrmin_gate_memory_uncertain_total",
		Help: "Releases that could not be judged from memory because it was not known to be current, so that the API server was asked.",
	}))

	// expiry is when the certificate that is served expires.
	expiry = registered(prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "styrmin_gate_certificate_expiry_timestamp_seconds",
		Help: "When the webhook's serving certificate expires, in seconds since 1970.",
	}))

	// info tells the version; `kubectl styrmin doctor` compares it with its own.
	info = registered(prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "styrmin_gate_info",
		Help: "The webhook's version; the value is always 1.",
	}, []string{"version"}))
)

// latencyBuckets end with the time that the manifests give a release.
var latencyBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15}

// Version is set when a release is built.
var Version = "dev"

func registered[C prometheus.Collector](collector C) C {
	metrics.Registry.MustRegister(collector)
	return collector
}
