package doctor

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// infoMetric is how the webhook tells its version among its metrics.
var infoMetric = regexp.MustCompile(`(?m)^styrmin_gate_info\{version="([^"]*)"\}`)

// versions compares the plugin's version with what each replica says it is.
func versions(ctx context.Context, e *examination) ([]Finding, error) {
	pods, err := e.webhookPods(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, pod := range pods {
		if pod.Status.Phase != corev1.PodRunning || pod.DeletionTimestamp != nil {
			continue
		}
		metrics, err := e.Kube.CoreV1().Pods(v1.SystemNamespace).ProxyGet("http", pod.Name, "8080", "/metrics", nil).DoRaw(ctx)
		if err != nil {
			return nil, fmt.Errorf("ask pod %s/%s for its version: %w", pod.Namespace, pod.Name, err)
		}
		if match := infoMetric.FindSubmatch(metrics); match != nil {
			found[string(match[1])] = true
		} else {
			found["older than this check"] = true
		}
	}
	all := slices.Sorted(maps.Keys(found))
	switch {
	case len(all) == 0:
		return []Finding{{Level: Warning, Found: "no replica of the webhook runs that could tell its version", Why: whyReplicas, Next: e.reinstall()}}, nil
	case len(all) == 1 && all[0] == e.Version:
		return fine("the plugin and the webhook are both of version %s", e.Version), nil
	}
	return []Finding{{
		Level: Warning, Found: fmt.Sprintf("the plugin is of version %s, the webhook of %s", e.Version, strings.Join(all, ", ")),
		Why:  "The webhook renders Jobs and values itself and compares: another version may render them otherwise and refuse what the plugin makes.",
		Next: fmt.Sprintf("install the plugin of the webhook's version, or: %s", e.reinstall()),
	}}, nil
}
