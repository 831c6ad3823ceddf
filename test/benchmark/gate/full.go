package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// What fills the cluster: 500 deployments, each with 10 records and 10 Jobs.
const (
	spaces         = 10
	perSpace       = 50
	perDeployment  = 10
	fullRecordSize = 8 << 10
	// judged is how many changes are judged while the memory is watched.
	judged = 1000
)

// full fills the cluster, starts the webhook anew, and lets it judge.
func full(ctx context.Context, c *cluster, t *table) error {
	fmt.Printf("\nin a cluster with %d release records, %d Jobs and %d deployments:\n",
		spaces*perSpace*perDeployment, spaces*perSpace*perDeployment, spaces*perSpace)
	names, err := c.fill(ctx)
	if err != nil {
		return err
	}
	slowest, err := c.restart(ctx)
	if err != nil {
		return err
	}
	t.line("from start to ready, slowest replica", slowest.Round(10*time.Millisecond).String(), slowest < startBound, "< "+startBound.String())
	largest, err := c.judge(ctx, names)
	if err != nil {
		return err
	}
	t.line(fmt.Sprintf("resident memory, largest replica, %d changes judged by %d clients", judged, boundClients),
		fmt.Sprintf("%.0f MiB", largest/(1<<20)), largest < memoryBound, fmt.Sprintf("< %d MiB", memoryBound>>20))
	return nil
}

// fill makes everything while the namespaces have no gate, and then opts them in.
func (c *cluster) fill(ctx context.Context) (names []string, err error) {
	for i := range spaces {
		name, err := c.space(ctx, fmt.Sprintf("full-%d", i), "")
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	err = parallel(ctx, 20, spaces*perSpace, func(ctx context.Context, i int) error {
		return c.deployment(ctx, names[i%spaces], releaseName(i/spaces))
	})
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		objects, err := install.RenderNamespace(install.Namespace{Name: name, Gate: v1.GateWarn})
		if err != nil {
			return nil, err
		}
		if err := (install.Installer{Client: c.client, Report: func(string) {}}).Apply(ctx, objects); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// deployment makes one with its records and Jobs.
func (c *cluster) deployment(ctx context.Context, namespace, name string) error {
	objects := []client.Object{governing(namespace, name)}
	for i := range perDeployment {
		r := record(namespace, name, i+1, fullRecordSize)
		r.Labels[release.LabelStatus] = release.StatusSuperseded
		objects = append(objects, r, job(namespace, name, i))
	}
	for _, object := range objects {
		if err := c.client.Create(ctx, object); err != nil {
			return err
		}
	}
	return nil
}

// job is an action's, as far as the webhook reads it. It is suspended: no pod is needed.
func job(namespace, deployment string, i int) *batchv1.Job {
	suspended := true
	labels := map[string]string{v1.LabelDeployment: deployment, v1.LabelRun: "r" + strconv.Itoa(i), v1.LabelMode: string(v1.ModePre), v1.LabelHook: string(v1.HookUpgrade)}
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: fmt.Sprintf("%s-%d", deployment, i), Labels: labels,
			Annotations: map[string]string{v1.AnnotationRequester: "bench", v1.AnnotationAction: "act", v1.AnnotationAttempt: "1"},
		},
		Spec: batchv1.JobSpec{Suspend: &suspended, Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "action", Image: "none.invalid/none"}},
		}}},
	}
}

// restart starts every replica anew and tells how long the slowest took to be ready.
func (c *cluster) restart(ctx context.Context) (slowest time.Duration, err error) {
	old, err := c.pods(ctx)
	if err != nil {
		return 0, err
	}
	seen := map[string]bool{}
	for _, pod := range old {
		seen[pod.Name] = true
	}
	patch := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":%q}}}}}`, time.Now().Format(time.RFC3339))
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: v1.SystemNamespace, Name: install.WebhookName}}
	if err := c.client.Patch(ctx, deployment, client.RawPatch("application/strategic-merge-patch+json", []byte(patch))); err != nil {
		return 0, err
	}
	readyAt := map[string]time.Time{}
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 3*time.Minute, true, func(ctx context.Context) (bool, error) {
		pods, err := c.pods(ctx)
		for _, pod := range pods {
			if _, known := readyAt[pod.Name]; !known && !seen[pod.Name] && ready(&pod) {
				readyAt[pod.Name] = time.Now()
			}
		}
		return len(readyAt) >= len(old), err
	})
	if err != nil {
		return 0, fmt.Errorf("restarting the webhook: %w", err)
	}
	now, err := c.scrape(ctx)
	for pod, at := range readyAt {
		slowest = max(slowest, at.Sub(now.started[pod]))
	}
	return slowest, err
}

func ready(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// judge offers changes of governed releases, as dry runs, and watches the memory.
func (c *cluster) judge(ctx context.Context, namespaces []string) (largest float64, err error) {
	watching, stop := context.WithCancel(ctx)
	watched := make(chan float64)
	go func() { watched <- c.peak(watching) }()
	err = parallel(ctx, boundClients, judged, func(ctx context.Context, i int) error {
		return c.client.Create(ctx, record(namespaces[i%spaces], releaseName(i/spaces%perSpace), perDeployment+1, fullRecordSize), client.DryRunAll)
	})
	stop()
	largest = <-watched
	if err != nil {
		return largest, err
	}
	now, err := c.scrape(ctx)
	return max(largest, now.resident), err
}

// peak is the most resident memory seen until the context ends.
func (c *cluster) peak(ctx context.Context) (largest float64) {
	_ = wait.PollUntilContextCancel(ctx, time.Second, true, func(ctx context.Context) (bool, error) {
		if now, err := c.scrape(ctx); err == nil {
			largest = max(largest, now.resident)
		}
		return false, nil
	})
	return largest
}
