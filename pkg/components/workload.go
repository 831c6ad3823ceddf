package components

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// workload is what the primitives need to know of an object that runs a component's pods.
type workload struct {
	component string
	kind      kind
	meta      metav1.ObjectMeta
	template  corev1.PodTemplateSpec
	claims    []string        // volumes of a StatefulSet's pods that its template does not have
	first     int32           // the ordinal of a StatefulSet's first pod
	pods      labels.Selector // nil for a CronJob: its Jobs own the pods
	replicas  int32           // of a CronJob or DaemonSet 0 or 1: whether it may run
	active    int             // running Jobs of a CronJob
	manual    bool            // a changed template replaces no pods: somebody has to delete them
	paused    bool            // a changed template is not rolled out
	ready     bool            // as specified, all of it
	settled   bool            // its controller has seen a count of 0 and removed everything
	progress  string          // how far it is, for reports
	trouble   string          // why its controller cannot make its pods
}

func (w workload) String() string { return string(w.kind) + "/" + w.meta.Name }

// record is the count that a stop recorded on the workload.
func (w workload) record() (count string, recorded bool) {
	count, recorded = w.meta.Annotations[traits[w.kind].record]
	return count, recorded
}

// stopped is true for what was stopped and not started again.
func (w workload) stopped() bool {
	_, recorded := w.record()
	return recorded && w.replicas == 0
}

// list lists the namespace's workloads, of every kind. Those of another release are left out.
func (c *Client) list(ctx context.Context) ([]workload, error) {
	var all []workload
	for _, k := range kinds {
		listed, err := traits[k].list(c, ctx)
		if err != nil {
			return nil, fmt.Errorf("list the %ss of namespace %s: %w", k, c.namespace, err)
		}
		for _, w := range listed {
			if !c.foreign(w.meta) {
				all = append(all, w)
			}
		}
	}
	return all, nil
}

// workloads finds the objects whose pod template bears a component's labels.
// The labels sit on pods only (a chart need not label the objects themselves),
// so the objects are listed and matched here. Each component has at least one,
// else it is a *MissingError; each object is there once.
func (c *Client) workloads(ctx context.Context, components ...Component) ([]workload, error) {
	all, err := c.list(ctx)
	if err != nil {
		return nil, err
	}
	var found []workload
	seen := map[string]bool{}
	for _, component := range components {
		missing := true
		for _, w := range all {
			if !component.Selector().Matches(labels.Set(w.template.Labels)) {
				continue
			}
			missing = false
			if !seen[w.String()] {
				seen[w.String()] = true
				w.component = component.Name
				found = append(found, w)
			}
		}
		if missing {
			return nil, &MissingError{Component: component, Namespace: c.namespace}
		}
	}
	return found, nil
}

// helmRelease is the annotation by which Helm marks what a release manages.
const helmRelease = "meta.helm.sh/release-name"

// foreign says whether another release manages an object. One that no release
// manages (applied by an operator, or by hand) belongs to whoever's labels it bears.
func (c *Client) foreign(object metav1.ObjectMeta) bool {
	release := object.Annotations[helmRelease]
	return c.release != "" && release != "" && release != c.release
}

// orOne is Kubernetes' default of a replica count.
func orOne(replicas *int32) int32 {
	if replicas == nil {
		return 1
	}
	return *replicas
}

// MissingError says that nothing in the namespace runs a component, or that the
// component has no pod of a name.
type MissingError struct {
	Component Component
	Namespace string
	// Pod is the pod that is missing, and Pods are those that there are.
	Pod  string
	Pods []string
}

func (e *MissingError) Error() string {
	if e.Pod != "" {
		return fmt.Sprintf("component %s: it has no pod %s in namespace %s; it has %s",
			e.Component.Name, e.Pod, e.Namespace, cmp.Or(strings.Join(e.Pods, ", "), "none"))
	}
	return fmt.Sprintf("component %s: namespace %s has no deployment, statefulset, daemonset, replicaset or cronjob whose pod template bears %s; "+
		"compare spec.components.%s.identifier.label with the labels of the pods",
		e.Component.Name, e.Namespace, e.Component.Selector(), e.Component.Name)
}
