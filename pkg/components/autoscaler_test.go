package components

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// autoscale adds an autoscaler of Kubernetes' own for the Deployment w.
func (c *Client) autoscale(ctx context.Context, t *testing.T, lower int32) {
	t.Helper()
	hpa := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: named, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
		ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "w"},
		MinReplicas:    &lower, MaxReplicas: 5,
	}}
	if lower == 0 { // allowed for work that is counted outside of the pods
		hpa.Spec.Metrics = []autoscalingv2.MetricSpec{{Type: autoscalingv2.ExternalMetricSourceType, External: &autoscalingv2.ExternalMetricSource{
			Metric: autoscalingv2.MetricIdentifier{Name: "queue"},
			Target: autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: new(resource.MustParse("1"))},
		}}}
	}
	_, err := c.kube.AutoscalingV2().HorizontalPodAutoscalers(c.namespace).Create(ctx, hpa, metav1.CreateOptions{})
	must(t, err)
}

// awaitAutoscaler waits until the autoscaler has looked and says something.
func (c *Client) awaitAutoscaler(ctx context.Context, t *testing.T, condition autoscalingv2.HorizontalPodAutoscalerConditionType, reason string) {
	t.Helper()
	for {
		hpa, err := c.kube.AutoscalingV2().HorizontalPodAutoscalers(c.namespace).Get(ctx, "w", metav1.GetOptions{})
		must(t, err)
		for _, found := range hpa.Status.Conditions {
			if found.Type == condition && found.Reason == reason {
				return
			}
		}
		if c.sleep(ctx, c.poll) != nil {
			t.Fatalf("the autoscaler never said %s: %+v", reason, hpa.Status.Conditions)
		}
	}
}

// TestAutoscalerDoesNotFight: a real autoscaler leaves alone what is stopped, also when
// the stop was killed, and takes it up again after the start.
func TestAutoscalerDoesNotFight(t *testing.T) {
	t.Parallel()
	ctx, c := onServer(t)
	must(t, makers[deployment](ctx, c, template("fine", stuck)))
	c.autoscale(ctx, t, 2)
	c.awaitAutoscaler(ctx, t, autoscalingv2.AbleToScale, "SucceededGetScale")
	short, killed := c.until(ctx, "still there")
	if err := killed.Stop(short, worker); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error %v, expected a time-out", err)
	}
	c.awaitAutoscaler(ctx, t, autoscalingv2.ScalingActive, "ScalingDisabled")
	c.letGo(ctx, t)
	must(t, c.Gone(ctx, worker))
	c.expect(ctx, t, deployment, false)
	must(t, c.Start(ctx, worker))
	c.expect(ctx, t, deployment, true)
	// It looks for the pods' load again, of which nobody tells here.
	c.awaitAutoscaler(ctx, t, autoscalingv2.ScalingActive, "FailedGetResourceMetric")
	c.letGo(ctx, t)
	var unsupported *UnsupportedError
	if err := c.Scale(ctx, 3, worker); !errors.As(err, &unsupported) {
		t.Errorf("scale: error %v, expected it to be unsupported", err)
	}
}

// TestAutoscalerFromZero: one that may start what is at 0 has its lower bound raised meanwhile.
func TestAutoscalerFromZero(t *testing.T) {
	t.Parallel()
	ctx, c := onServer(t)
	must(t, makers[deployment](ctx, c, template("fine")))
	c.autoscale(ctx, t, 0)
	bound := func() string {
		hpa, err := c.kube.AutoscalingV2().HorizontalPodAutoscalers(c.namespace).Get(ctx, "w", metav1.GetOptions{})
		must(t, err)
		return fmt.Sprintf("%d %q", *hpa.Spec.MinReplicas, hpa.Annotations[v1.AnnotationPaused])
	}
	for _, step := range []struct {
		do   func(context.Context, ...Component) error
		want string
	}{{c.Stop, `1 "0"`}, {c.Stop, `1 "0"`}, {c.Start, `0 ""`}, {c.Start, `0 ""`}} {
		must(t, step.do(ctx, worker))
		if got := bound(); got != step.want {
			t.Errorf("lower bound and record are %s, expected %s", got, step.want)
		}
	}
	must(t, c.Stop(ctx, worker))
	c.awaitAutoscaler(ctx, t, autoscalingv2.ScalingActive, "ScalingDisabled")
	patch := []byte(`{"spec":{"minReplicas":3}}`)
	_, err := c.kube.AutoscalingV2().HorizontalPodAutoscalers(c.namespace).Patch(ctx, "w", patching, patch, patchOptions)
	must(t, err)
	must(t, c.Start(ctx, worker))
	if got := bound(); got != `3 ""` {
		t.Errorf("lower bound and record are %s, expected what somebody set meanwhile", got)
	}
}

// TestKEDA: its autoscaler is paused as long as the workload is stopped, and stays paused when it was before.
func TestKEDA(t *testing.T) {
	t.Parallel()
	ctx, c := onServer(t)
	must(t, makers[deployment](ctx, c, template("fine")))
	objects := c.dynamic.Resource(scaledObject).Namespace(c.namespace)
	for name, annotations := range map[string]map[string]any{"plain": nil, "off": {kedaPaused: "false"}, "by-hand": {kedaPaused: "true"}} {
		_, err := objects.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": map[string]any{"name": name, "annotations": annotations},
			"spec": map[string]any{"scaleTargetRef": map[string]any{"name": "w"}},
		}}, metav1.CreateOptions{})
		must(t, err)
	}
	for _, step := range []struct {
		do                 func(context.Context, ...Component) error
		plain, off, byHand string
	}{
		{c.Stop, `"true" recorded ""`, `"true" recorded "false"`, `"true"`},
		{c.Stop, `"true" recorded ""`, `"true" recorded "false"`, `"true"`},
		{c.Start, `""`, `"false"`, `"true"`},
		{c.Start, `""`, `"false"`, `"true"`},
	} {
		must(t, step.do(ctx, worker))
		for name, want := range map[string]string{"plain": step.plain, "off": step.off, "by-hand": step.byHand} {
			object, err := objects.Get(ctx, name, metav1.GetOptions{})
			must(t, err)
			got := fmt.Sprintf("%q", object.GetAnnotations()[kedaPaused])
			if record, recorded := object.GetAnnotations()[v1.AnnotationPaused]; recorded {
				got += fmt.Sprintf(" recorded %q", record)
			}
			if got != want {
				t.Errorf("%s: paused %s, expected %s", name, got, want)
			}
		}
	}
}

// TestRestartWithinABudget: pods that only a deletion replaces are evicted when a budget allows it.
func TestRestartWithinABudget(t *testing.T) {
	t.Parallel()
	ctx, c := onServer(t)
	must(t, makers[replicaSet](ctx, c, template("fine")))
	must(t, c.Ready(ctx, worker))
	budget := &policyv1.PodDisruptionBudget{ObjectMeta: named, Spec: policyv1.PodDisruptionBudgetSpec{
		Selector: selector, MinAvailable: new(intstr.FromInt32(2)),
	}}
	_, err := c.kube.PolicyV1().PodDisruptionBudgets(c.namespace).Create(ctx, budget, metav1.CreateOptions{})
	must(t, err)
	before := c.uids(ctx, t)
	short, slow := c.until(ctx, "stays: ")
	if err := slow.Restart(short, worker); err == nil || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "stays: ") {
		t.Errorf("error %v, expected a time-out that tells of the budget", err)
	}
	if after := c.uids(ctx, t); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("pods %v, expected %v: the budget allows no disruption", after, before)
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"minAvailable": 1}})
	must(t, err)
	_, err = c.kube.PolicyV1().PodDisruptionBudgets(c.namespace).Patch(ctx, "w", patching, patch, patchOptions)
	must(t, err)
	must(t, c.Restart(ctx, worker))
	for uid := range c.uids(ctx, t) {
		if before[uid] {
			t.Errorf("pod %s is still there after a restart", uid)
		}
	}
}

// TestRestartByHand: a StatefulSet that replaces no pods of itself is restarted by evictions.
func TestRestartByHand(t *testing.T) {
	t.Parallel()
	ctx, c := onServer(t)
	_, err := c.kube.AppsV1().StatefulSets(c.namespace).Create(ctx, &appsv1.StatefulSet{ObjectMeta: named, Spec: appsv1.StatefulSetSpec{
		Replicas: new(int32(2)), Selector: selector, Template: template("fine"),
		UpdateStrategy: appsv1.StatefulSetUpdateStrategy{Type: appsv1.OnDeleteStatefulSetStrategyType},
	}}, metav1.CreateOptions{})
	must(t, err)
	must(t, c.Ready(ctx, worker))
	restartsPods(ctx, t, c, statefulSet)
}

func TestRestartOfAPausedRollout(t *testing.T) {
	t.Parallel()
	ctx, c := onServer(t)
	must(t, makers[deployment](ctx, c, template("fine")))
	must(t, c.Ready(ctx, worker))
	_, err := c.kube.AppsV1().Deployments(c.namespace).Patch(ctx, "w", patching, []byte(`{"spec":{"paused":true}}`), patchOptions)
	must(t, err)
	var unsupported *UnsupportedError
	if err := c.Restart(ctx, worker); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "kubectl rollout resume deployment/w") {
		t.Errorf("error %v, expected one that says how to resume the rollout", err)
	}
}

// TestStopOfACronJobWaitsForItsJobs: also for one that the CronJob does not list itself.
func TestStopOfACronJobWaitsForItsJobs(t *testing.T) {
	t.Parallel()
	ctx, c := onServer(t)
	must(t, makers[cronJob](ctx, c, template("fine")))
	owner, err := c.kube.BatchV1().CronJobs(c.namespace).Get(ctx, "w", metav1.GetOptions{})
	must(t, err)
	job := jobOf(owner)
	_, err = c.kube.BatchV1().Jobs(c.namespace).Create(ctx, job, metav1.CreateOptions{})
	must(t, err)
	short, slow := c.until(ctx, "still running")
	if err := slow.Stop(short, worker); err == nil || !strings.Contains(err.Error(), "cronjob/w: 1 job still running") {
		t.Errorf("error %v, expected it to tell of the running job", err)
	}
	must(t, c.kube.BatchV1().Jobs(c.namespace).Delete(ctx, job.Name, metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)}))
	must(t, c.Stop(ctx, worker))
}

// TestWhatTheControllerComplainsOf: a policy refuses the pods, and there is none that could tell.
func TestWhatTheControllerComplainsOf(t *testing.T) {
	t.Parallel()
	ctx, c := onServer(t)
	policy := []byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`)
	_, err := c.kube.CoreV1().Namespaces().Patch(ctx, c.namespace, patching, policy, patchOptions)
	must(t, err)
	must(t, makers[deployment](ctx, c, template("fine")))
	for {
		short, slow := c.until(ctx, "0 of 2 pods")
		err := slow.Ready(short, worker)
		if err != nil && strings.Contains(err.Error(), `violates PodSecurity "restricted:latest"`) {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("error %v, expected what the controller says", err)
		}
	}
}
