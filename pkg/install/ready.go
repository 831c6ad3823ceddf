package install

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// The names of what is installed in the system namespace.
const (
	WebhookName = "styrmin-webhook"
	PrefectName = "prefect-server"
)

// WebhookConfiguration names both webhook configurations.
const WebhookConfiguration = "styrmin"

const pollInterval = 500 * time.Millisecond

// NotReadyError says what did not become ready in time, and what is known of why.
type NotReadyError struct {
	Name    string
	After   time.Duration
	Reasons []string
}

// Error lists the reasons, one a line.
func (e *NotReadyError) Error() string {
	reasons := e.Reasons
	if len(reasons) == 0 {
		reasons = []string{"no reason is known"}
	}
	return fmt.Sprintf("Deployment %s/%s is not ready after %s:\n- %s\nLook at it with: kubectl -n %s get pods,events",
		v1.SystemNamespace, e.Name, e.After.Round(time.Second), strings.Join(reasons, "\n- "), v1.SystemNamespace)
}

// WaitReady waits until a Deployment of the system namespace serves its current version.
func (i Installer) WaitReady(ctx context.Context, name string, deadline time.Duration) error {
	started := time.Now()
	var deployment appsv1.Deployment
	err := wait.PollUntilContextTimeout(ctx, pollInterval, deadline, true, func(ctx context.Context) (bool, error) {
		if err := i.Client.Get(ctx, client.ObjectKey{Namespace: v1.SystemNamespace, Name: name}, &deployment); err != nil {
			return false, err
		}
		return rolledOut(&deployment), nil
	})
	if err == nil {
		i.Report(fmt.Sprintf("%s is ready (%s)", name, time.Since(started).Round(100*time.Millisecond)))
		return nil
	}
	if ctx.Err() != nil || !wait.Interrupted(err) {
		return fmt.Errorf("waiting for Deployment %s/%s: %w", v1.SystemNamespace, name, err)
	}
	return &NotReadyError{Name: name, After: deadline, Reasons: i.whyNot(ctx, &deployment)}
}

func rolledOut(d *appsv1.Deployment) bool {
	wanted := int32(1)
	if d.Spec.Replicas != nil {
		wanted = *d.Spec.Replicas
	}
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.UpdatedReplicas == wanted && s.AvailableReplicas == wanted && s.Replicas == wanted
}

// whyNot collects what the Deployment and its pods say.
func (i Installer) whyNot(ctx context.Context, deployment *appsv1.Deployment) []string {
	var reasons []string
	for _, condition := range deployment.Status.Conditions {
		if condition.Status != corev1.ConditionTrue && condition.Message != "" || condition.Type == appsv1.DeploymentReplicaFailure {
			reasons = append(reasons, condition.Message)
		}
	}
	var pods corev1.PodList
	if err := i.Client.List(ctx, &pods, client.InNamespace(v1.SystemNamespace), client.MatchingLabels(deployment.Spec.Selector.MatchLabels)); err != nil {
		return append(reasons, "its pods cannot be listed: "+err.Error())
	}
	for p := range pods.Items {
		reasons = append(reasons, podReasons(&pods.Items[p])...)
	}
	return reasons
}

func podReasons(pod *corev1.Pod) []string {
	var reasons []string
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			reasons = append(reasons, fmt.Sprintf("pod %s: %s", pod.Name, condition.Message))
		}
	}
	for _, status := range pod.Status.ContainerStatuses {
		switch {
		case status.State.Waiting != nil:
			reasons = append(reasons, strings.TrimSuffix(fmt.Sprintf("pod %s: container %s waits: %s: %s", pod.Name, status.Name, status.State.Waiting.Reason, status.State.Waiting.Message), ": "))
		case status.State.Terminated != nil:
			reasons = append(reasons, fmt.Sprintf("pod %s: container %s ended with exit code %d", pod.Name, status.Name, status.State.Terminated.ExitCode))
		case !status.Ready:
			reasons = append(reasons, fmt.Sprintf("pod %s: container %s runs and is not ready", pod.Name, status.Name))
		}
	}
	return reasons
}

// WaitAnswering waits until the API server reaches the webhook. It offers a
// driver that only the webhook refuses, as a dry run.
func (i Installer) WaitAnswering(ctx context.Context, deadline time.Duration) error {
	started := time.Now()
	var last error
	err := wait.PollUntilContextTimeout(ctx, pollInterval, deadline, true, func(ctx context.Context) (bool, error) {
		last = i.Client.Create(ctx, Probe(), client.DryRunAll)
		return last != nil && strings.Contains(last.Error(), "drivers.gate.styrmin.io"), nil
	})
	if err == nil {
		i.Report(fmt.Sprintf("the API server reaches the webhook (%s)", time.Since(started).Round(100*time.Millisecond)))
		return nil
	}
	if last == nil {
		last = errors.New("it let pass what the webhook would have refused")
	}
	return fmt.Errorf("the API server does not reach the webhook after %s: %w. Check that the control plane can connect to pods (Service %s/%s, port 9443), then run the same command again",
		deadline, last, v1.SystemNamespace, WebhookName)
}

// Probe is a driver that is fine by the CRD's schema and that the webhook
// refuses: no schema reads Python.
func Probe() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": v1.GroupVersion.String(),
		"kind":       "ApplicationDriver",
		"metadata":   map[string]any{"name": "styrmin-install-probe"},
		"spec":       map[string]any{"version": "1", "helm": map[string]any{"main": map[string]any{"location": "./chart"}}},
		"files":      map[string]any{v1.ActionsFile: "("},
	}}
}
