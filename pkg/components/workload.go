package components

import (
	"context"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// kind is a kind of workload. Its value is what kubectl calls one.
type kind string

const (
	deployment  kind = "deployment"
	statefulSet kind = "statefulset"
	daemonSet   kind = "daemonset"
	cronJob     kind = "cronjob"
)

// workload is what the primitives need to know of an object that runs a component's pods.
type workload struct {
	component string
	kind      kind
	meta      metav1.ObjectMeta
	pods      labels.Selector // nil for a CronJob: its Jobs own the pods
	replicas  int32           // 0 or 1 for a CronJob: whether it may run
	active    int             // running Jobs of a CronJob
	ready     bool            // as specified, all of it
	settled   bool            // its controller has seen a count of 0 and removed everything
	progress  string          // how far it is, for reports
	trouble   string          // why its controller cannot make its pods
}

func (w workload) String() string { return string(w.kind) + "/" + w.meta.Name }

// workloads finds the objects whose pod template bears the component's labels.
// The labels sit on pods only (a chart need not label the objects themselves),
// so the objects are listed and matched here. There is at least one, else it
// is a *MissingError.
func (c *Client) workloads(ctx context.Context, component Component) ([]workload, error) {
	var found []workload
	for _, list := range []func(context.Context) ([]candidate, error){
		c.deployments, c.statefulSets, c.daemonSets, c.cronJobs,
	} {
		candidates, err := list(ctx)
		if err != nil {
			return nil, fmt.Errorf("find component %s in namespace %s: %w", component.Name, c.namespace, err)
		}
		for _, candidate := range candidates {
			if !component.Selector().Matches(labels.Set(candidate.podLabels)) || c.foreign(candidate.meta) {
				continue
			}
			candidate.component = component.Name
			found = append(found, candidate.workload)
		}
	}
	if len(found) == 0 {
		return nil, &MissingError{Component: component, Namespace: c.namespace}
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

// allWorkloads finds the objects of several components, each object once.
func (c *Client) allWorkloads(ctx context.Context, components []Component) ([]workload, error) {
	var all []workload
	seen := map[string]bool{}
	for _, component := range components {
		found, err := c.workloads(ctx, component)
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			if !seen[w.String()] {
				seen[w.String()] = true
				all = append(all, w)
			}
		}
	}
	return all, nil
}

// candidate is a workload that may belong to a component.
type candidate struct {
	workload
	podLabels map[string]string
}

func (c *Client) deployments(ctx context.Context) ([]candidate, error) {
	list, err := c.kube.AppsV1().Deployments(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return convert(list.Items, func(d *appsv1.Deployment) (candidate, error) {
		pods, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		replicas, s := orOne(d.Spec.Replicas), d.Status
		observed := s.ObservedGeneration >= d.Generation
		return candidate{workload{
			kind: deployment, meta: d.ObjectMeta, pods: pods, replicas: replicas,
			settled:  observed && replicas == 0 && s.Replicas == 0,
			ready:    observed && s.UpdatedReplicas >= replicas && s.Replicas == s.UpdatedReplicas && s.AvailableReplicas >= replicas,
			progress: fmt.Sprintf("%d of %d pods available", s.AvailableReplicas, replicas),
			trouble:  replicaFailure(s.Conditions),
		}, d.Spec.Template.Labels}, err
	})
}

func (c *Client) statefulSets(ctx context.Context) ([]candidate, error) {
	list, err := c.kube.AppsV1().StatefulSets(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return convert(list.Items, func(d *appsv1.StatefulSet) (candidate, error) {
		pods, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		replicas, s := orOne(d.Spec.Replicas), d.Status
		observed := s.ObservedGeneration >= d.Generation
		return candidate{workload{
			kind: statefulSet, meta: d.ObjectMeta, pods: pods, replicas: replicas,
			settled:  observed && replicas == 0 && s.Replicas == 0,
			ready:    observed && s.Replicas == replicas && s.ReadyReplicas >= replicas,
			progress: fmt.Sprintf("%d of %d pods ready", s.ReadyReplicas, replicas),
		}, d.Spec.Template.Labels}, err
	})
}

func (c *Client) daemonSets(ctx context.Context) ([]candidate, error) {
	list, err := c.kube.AppsV1().DaemonSets(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return convert(list.Items, func(d *appsv1.DaemonSet) (candidate, error) {
		pods, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		s := d.Status
		return candidate{workload{
			kind: daemonSet, meta: d.ObjectMeta, pods: pods, replicas: s.DesiredNumberScheduled,
			ready:    s.ObservedGeneration >= d.Generation && s.NumberReady >= s.DesiredNumberScheduled,
			progress: fmt.Sprintf("%d of %d pods ready", s.NumberReady, s.DesiredNumberScheduled),
		}, d.Spec.Template.Labels}, err
	})
}

func (c *Client) cronJobs(ctx context.Context) ([]candidate, error) {
	list, err := c.kube.BatchV1().CronJobs(c.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return convert(list.Items, func(d *batchv1.CronJob) (candidate, error) {
		replicas := int32(1)
		if d.Spec.Suspend != nil && *d.Spec.Suspend {
			replicas = 0
		}
		return candidate{workload{
			kind: cronJob, meta: d.ObjectMeta, replicas: replicas, active: len(d.Status.Active), ready: true,
			progress: fmt.Sprintf("%d jobs running", len(d.Status.Active)),
		}, d.Spec.JobTemplate.Spec.Template.Labels}, nil
	})
}

// convert turns listed objects into candidates.
func convert[T any](items []T, one func(*T) (candidate, error)) ([]candidate, error) {
	out := make([]candidate, 0, len(items))
	for i := range items {
		w, err := one(&items[i])
		if err != nil {
			return nil, fmt.Errorf("%s: pod selector: %w", w, err)
		}
		out = append(out, w)
	}
	return out, nil
}

// replicaFailure is why a Deployment's pods cannot be made, a quota for one: the
// Event about it is its ReplicaSet's.
func replicaFailure(conditions []appsv1.DeploymentCondition) string {
	for _, condition := range conditions {
		if condition.Type == appsv1.DeploymentReplicaFailure && condition.Status == corev1.ConditionTrue {
			return condition.Reason + ": " + condition.Message
		}
	}
	return ""
}

// orOne is Kubernetes' default of a replica count.
func orOne(replicas *int32) int32 {
	if replicas == nil {
		return 1
	}
	return *replicas
}

// MissingError says that nothing in the namespace runs a component.
type MissingError struct {
	Component Component
	Namespace string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("component %s: namespace %s has no deployment, statefulset, daemonset or cronjob whose pod template bears %s; "+
		"compare spec.components.%s.identifier.label with the labels of the pods",
		e.Component.Name, e.Namespace, e.Component.Selector(), e.Component.Name)
}

// unstoppable says which workloads cannot be stopped.
func unstoppable(workloads []workload) error {
	var names []string
	for _, w := range workloads {
		if w.kind == daemonSet {
			names = append(names, fmt.Sprintf("%s (component %s)", w, w.component))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("cannot stop %s: a daemonset has no replica count; nothing was stopped", strings.Join(names, ", "))
}
