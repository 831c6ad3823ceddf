package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// figures are what the webhook's replicas tell, together.
type figures struct {
	// decisions about Secrets: what they took, and what of it without waiting for the API server.
	decisions, own histogram
	// resident memory of the largest replica, in bytes.
	resident float64
	// started is when each replica's process began, by pod.
	started map[string]time.Time
}

// histogram counts observations up to each bound, in seconds.
type histogram map[float64]float64

func (h histogram) minus(other histogram) histogram {
	rest := histogram{}
	for bound, count := range h {
		rest[bound] = count - other[bound]
	}
	return rest
}

// quantile is the bound of the bucket in which the quantile lies, and so at least it.
func (h histogram) quantile(q float64) time.Duration {
	bounds := slices.Sorted(maps.Keys(h))
	if len(bounds) == 0 {
		return 0
	}
	all := h[bounds[len(bounds)-1]]
	for _, bound := range bounds {
		if h[bound] >= q*all && !math.IsInf(bound, 1) {
			return time.Duration(bound * float64(time.Second))
		}
	}
	return math.MaxInt64
}

// pods are the webhook's replicas that run.
func (c *cluster) pods(ctx context.Context) ([]corev1.Pod, error) {
	var list corev1.PodList
	err := c.client.List(ctx, &list, client.InNamespace(v1.SystemNamespace), client.MatchingLabels{"app.kubernetes.io/name": install.WebhookName})
	return slices.DeleteFunc(list.Items, func(p corev1.Pod) bool { return p.DeletionTimestamp != nil || p.Status.Phase != corev1.PodRunning }), err
}

// scrape reads the metrics of all replicas.
func (c *cluster) scrape(ctx context.Context) (figures, error) {
	all := figures{decisions: histogram{}, own: histogram{}, started: map[string]time.Time{}}
	pods, err := c.pods(ctx)
	if err != nil {
		return all, err
	}
	for _, pod := range pods {
		data, err := c.kube.CoreV1().Pods(pod.Namespace).ProxyGet("http", pod.Name, "8080", "/metrics", nil).DoRaw(ctx)
		if err != nil {
			return all, fmt.Errorf("read the metrics of pod %s: %w", pod.Name, err)
		}
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(data))
		if err != nil {
			return all, fmt.Errorf("read the metrics of pod %s: %w", pod.Name, err)
		}
		all.add(pod.Name, families)
	}
	return all, nil
}

func (f *figures) add(pod string, families map[string]*dto.MetricFamily) {
	f.resident = max(f.resident, gauge(families["process_resident_memory_bytes"]))
	seconds := gauge(families["process_start_time_seconds"])
	f.started[pod] = time.UnixMilli(int64(seconds * 1000))
	f.decisions.add(families["styrmin_gate_decision_seconds"])
	f.own.add(families["styrmin_gate_own_seconds"])
}

// add counts what a replica tells of Secrets.
func (h histogram) add(family *dto.MetricFamily) {
	for _, metric := range family.GetMetric() {
		if metric.GetLabel()[0].GetValue() != "Secret" {
			continue
		}
		for _, bucket := range metric.GetHistogram().GetBucket() {
			h[bucket.GetUpperBound()] += float64(bucket.GetCumulativeCount())
		}
	}
}

func gauge(family *dto.MetricFamily) float64 {
	for _, metric := range family.GetMetric() {
		return metric.GetGauge().GetValue()
	}
	return 0
}
