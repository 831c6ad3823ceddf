package components

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

// stuck keeps a deleted pod where it is.
const stuck = "styrmin.io/test"

// template is a pod of the component worker, alive as long as its image says.
func template(image string, finalizers ...string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"component": "worker", "name": "w"}, Finalizers: finalizers},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: image}}},
	}
}

// makers make a workload of each kind, named w.
var makers = map[kind]func(context.Context, *Client, corev1.PodTemplateSpec) error{
	deployment: func(ctx context.Context, c *Client, pod corev1.PodTemplateSpec) error {
		_, err := c.kube.AppsV1().Deployments(c.namespace).Create(ctx, &appsv1.Deployment{
			ObjectMeta: named, Spec: appsv1.DeploymentSpec{Replicas: new(int32(2)), Selector: selectorOf(pod), Template: pod},
		}, metav1.CreateOptions{})
		return err
	},
	statefulSet: func(ctx context.Context, c *Client, pod corev1.PodTemplateSpec) error {
		_, err := c.kube.AppsV1().StatefulSets(c.namespace).Create(ctx, &appsv1.StatefulSet{
			ObjectMeta: named, Spec: appsv1.StatefulSetSpec{Replicas: new(int32(2)), Selector: selectorOf(pod), Template: pod},
		}, metav1.CreateOptions{})
		return err
	},
	daemonSet: func(ctx context.Context, c *Client, pod corev1.PodTemplateSpec) error {
		_, err := c.kube.AppsV1().DaemonSets(c.namespace).Create(ctx, &appsv1.DaemonSet{
			ObjectMeta: named, Spec: appsv1.DaemonSetSpec{Selector: selectorOf(pod), Template: pod},
		}, metav1.CreateOptions{})
		return err
	},
	replicaSet: func(ctx context.Context, c *Client, pod corev1.PodTemplateSpec) error {
		_, err := c.kube.AppsV1().ReplicaSets(c.namespace).Create(ctx, &appsv1.ReplicaSet{
			ObjectMeta: named, Spec: appsv1.ReplicaSetSpec{Replicas: new(int32(2)), Selector: selectorOf(pod), Template: pod},
		}, metav1.CreateOptions{})
		return err
	},
	cronJob: func(ctx context.Context, c *Client, pod corev1.PodTemplateSpec) error {
		pod.Spec.RestartPolicy = corev1.RestartPolicyNever
		_, err := c.kube.BatchV1().CronJobs(c.namespace).Create(ctx, &batchv1.CronJob{
			ObjectMeta: named, Spec: batchv1.CronJobSpec{Schedule: "0 0 1 1 *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: pod}}},
		}, metav1.CreateOptions{})
		return err
	},
}

var (
	named    = metav1.ObjectMeta{Name: "w"}
	selector = &metav1.LabelSelector{MatchLabels: map[string]string{"name": "w"}}
)

// selectorOf selects the pods of a template.
func selectorOf(pod corev1.PodTemplateSpec) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"name": pod.Labels["name"]}}
}

// situation is something that may befall a primitive.
type situation struct {
	name string
	pod  corev1.PodTemplateSpec
	// only are the kinds that it may befall; nil is all.
	only []kind
	test func(context.Context, *testing.T, *Client, kind)
}

// TestSituations: every kind of workload in every situation.
func TestSituations(t *testing.T) {
	counted := []kind{deployment, statefulSet, replicaSet}
	withPods := append([]kind{daemonSet}, counted...)
	for _, s := range []situation{
		{"repeated", template("fine"), nil, repeated},
		{"in parallel", template("fine"), nil, inParallel},
		{"killed midway", template("fine", stuck), withPods, killedMidway},
		{"started by another while stopped", template("fine"), nil, startedByAnother},
		{"gone while it is stopped", template("fine", stuck), withPods, goneWhileStopped},
		{"forbidden", template("fine"), nil, isForbidden},
		{"too slow to start", template(neverReady), withPods, tooSlow},
		{"scaled", template("fine"), counted, scaled},
		{"scaled without a count", template("fine"), []kind{daemonSet, cronJob}, notScaled},
		{"restarted", template("fine"), withPods, restartsPods},
		{"restarted while stopped", template("fine"), nil, restartedWhileStopped},
	} {
		for _, k := range kinds {
			if s.only != nil && !strings.Contains(fmt.Sprint(s.only), string(k)) {
				continue
			}
			t.Run(s.name+"/"+string(k), func(t *testing.T) {
				t.Parallel()
				ctx, client := onServer(t)
				if err := makers[k](ctx, client, s.pod); err != nil {
					t.Fatal(err)
				}
				if s.pod.Spec.Containers[0].Image != neverReady {
					must(t, client.Ready(ctx, worker))
				}
				s.test(ctx, t, client, k)
			})
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// expect compares the workload's count and record, and that there are pods, or none.
func (c *Client) expect(ctx context.Context, t *testing.T, k kind, runs bool) {
	t.Helper()
	want := map[kind]string{deployment: "2", statefulSet: "2", replicaSet: "2", daemonSet: "1", cronJob: "1"}[k]
	count, record := want, ""
	if !runs {
		count, record = "0", want
	}
	workloads, err := c.workloads(ctx, worker)
	must(t, err)
	got, _ := workloads[0].record()
	if found := fmt.Sprint(workloads[0].replicas); found != count || got != record {
		t.Errorf("count and record are %s %q, expected %s %q", found, got, count, record)
	}
	if k == cronJob {
		return
	}
	pods, err := c.pods(ctx, workloads[0].pods)
	must(t, err)
	if len(pods) > 0 != runs {
		t.Errorf("%d pods, expected them to be there: %v", len(pods), runs)
	}
}

// letGo lets stuck pods go.
func (c *Client) letGo(ctx context.Context, t *testing.T) {
	t.Helper()
	pods, err := c.kube.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{})
	must(t, err)
	for _, pod := range pods.Items {
		_, err := c.kube.CoreV1().Pods(c.namespace).Patch(ctx, pod.Name, types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			t.Fatal(err)
		}
	}
}

func repeated(ctx context.Context, t *testing.T, c *Client, k kind) {
	for range 2 {
		must(t, c.Stop(ctx, worker))
		c.expect(ctx, t, k, false)
		must(t, c.Gone(ctx, worker))
	}
	for range 2 {
		must(t, c.Start(ctx, worker))
		c.expect(ctx, t, k, true)
	}
}

func inParallel(ctx context.Context, t *testing.T, c *Client, k kind) {
	for _, do := range []func(context.Context, ...Component) error{c.Stop, c.Start} {
		var group sync.WaitGroup
		errs := make([]error, 5)
		for i := range errs {
			group.Go(func() { errs[i] = do(ctx, worker) })
		}
		group.Wait()
		must(t, errors.Join(errs...))
	}
	c.expect(ctx, t, k, true)
}

// killedMidway: the pods outlast a stop. What the next one finds is enough to finish, and to start.
func killedMidway(ctx context.Context, t *testing.T, c *Client, k kind) {
	short, killed := c.until(ctx, "still there")
	var timeout *TimeoutError
	if err := killed.Stop(short, worker); !errors.As(err, &timeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error %v, expected a time-out", err)
	}
	if text := timeout.Error(); !strings.Contains(text, "still there") || !strings.Contains(text, "pod w-") {
		t.Errorf("error %q, expected it to say which pods are still there", text)
	}
	if workloads, err := c.workloads(ctx, worker); err != nil || !workloads[0].stopped() {
		t.Errorf("%+v, %v: expected the count to be recorded", workloads, err)
	}
	c.letGo(ctx, t)
	must(t, c.Stop(ctx, worker))
	c.expect(ctx, t, k, false)
	must(t, c.Start(ctx, worker))
	c.expect(ctx, t, k, true)
	c.letGo(ctx, t)
}

// startedByAnother: whoever starts it by hand is not undone, and the record does not outlive it.
func startedByAnother(ctx context.Context, t *testing.T, c *Client, k kind) {
	must(t, c.Stop(ctx, worker))
	workloads, err := c.workloads(ctx, worker)
	must(t, err)
	patch, err := mergePatch(metav1.ObjectMeta{}, nil, traits[k].spec(2))
	must(t, err)
	must(t, traits[k].patch(c, ctx, workloads[0].meta.Name, patch))
	short, slow := c.until(ctx, "was started since")
	if err := slow.Gone(short, worker); err == nil || !strings.Contains(err.Error(), "it is not stopped, or was started since") {
		t.Errorf("error %v, expected it to say that it was started", err)
	}
	must(t, c.Start(ctx, worker))
	c.expect(ctx, t, k, true)
}

// goneWhileStopped: who waits for pods to end is content when the workload itself is deleted.
func goneWhileStopped(ctx context.Context, t *testing.T, c *Client, k kind) {
	done := make(chan error)
	go func() { done <- c.Stop(ctx, worker) }()
	for workloads, err := c.workloads(ctx, worker); err == nil && !workloads[0].stopped(); workloads, err = c.workloads(ctx, worker) {
		must(t, c.sleep(ctx, c.poll))
	}
	options := metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)}
	must(t, map[kind]func() error{
		deployment:  func() error { return c.kube.AppsV1().Deployments(c.namespace).Delete(ctx, "w", options) },
		statefulSet: func() error { return c.kube.AppsV1().StatefulSets(c.namespace).Delete(ctx, "w", options) },
		daemonSet:   func() error { return c.kube.AppsV1().DaemonSets(c.namespace).Delete(ctx, "w", options) },
		replicaSet:  func() error { return c.kube.AppsV1().ReplicaSets(c.namespace).Delete(ctx, "w", options) },
	}[k]())
	must(t, <-done)
	var missing *MissingError
	if err := c.Start(ctx, worker); !errors.As(err, &missing) {
		t.Errorf("error %v, expected one about a missing workload", err)
	}
	c.letGo(ctx, t)
}

// isForbidden: nothing is changed, and the error says what is not allowed.
func isForbidden(ctx context.Context, t *testing.T, c *Client, k kind) {
	config := rest.CopyConfig(shared.Get(t, startServer).config)
	config.Impersonate = rest.ImpersonationConfig{UserName: "nobody"}
	nobody, err := New(config, c.namespace, t.Logf)
	must(t, err)
	for _, do := range []func(context.Context, ...Component) error{nobody.Stop, nobody.Start, nobody.Restart, nobody.Ready} {
		if err := do(ctx, worker); !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `User "nobody" cannot list`) {
			t.Errorf("error %v, expected one about a permission", err)
		}
	}
	c.expect(ctx, t, k, true)
}

func tooSlow(ctx context.Context, t *testing.T, c *Client, k kind) {
	short, slow := c.until(ctx, "0 of ")
	var timeout *TimeoutError
	if err := slow.Start(short, worker); !errors.As(err, &timeout) {
		t.Fatalf("error %v, expected a time-out", err)
	}
	if len(timeout.Unfinished) == 0 {
		t.Fatalf("error %v, expected it to say what is unfinished", timeout)
	}
	u := timeout.Unfinished[0]
	if u.Workload != string(k)+"/w" || !strings.Contains(u.Progress, "0 of ") || !strings.Contains(strings.Join(u.Reasons, "\n"), "Pending") {
		t.Errorf("unfinished %+v, expected it to name the workload, its progress and its pods", u)
	}
}

func scaled(ctx context.Context, t *testing.T, c *Client, k kind) {
	must(t, c.Scale(ctx, 3, worker))
	must(t, c.Scale(ctx, 3, worker))
	workloads, err := c.workloads(ctx, worker)
	must(t, err)
	if workloads[0].replicas != 3 || !workloads[0].ready {
		t.Errorf("%d replicas, ready %v; expected 3, ready", workloads[0].replicas, workloads[0].ready)
	}
	must(t, c.Scale(ctx, 2, worker))
	must(t, c.Scale(ctx, 0, worker))
	c.expect(ctx, t, k, false)
	must(t, c.Scale(ctx, 2, worker))
	c.expect(ctx, t, k, true)
}

func notScaled(ctx context.Context, t *testing.T, c *Client, k kind) {
	var unsupported *UnsupportedError
	if err := c.Scale(ctx, 3, worker); !errors.As(err, &unsupported) {
		t.Errorf("error %v, expected it to be unsupported", err)
	}
	c.expect(ctx, t, k, true)
}

func restartsPods(ctx context.Context, t *testing.T, c *Client, k kind) {
	before := c.uids(ctx, t)
	must(t, c.Restart(ctx, worker))
	for uid := range c.uids(ctx, t) {
		if before[uid] {
			t.Errorf("pod %s is still there after a restart", uid)
		}
	}
	c.expect(ctx, t, k, true)
}

// uids are those of the pods that there are.
func (c *Client) uids(ctx context.Context, t *testing.T) map[types.UID]bool {
	t.Helper()
	pods, err := c.podsOf(ctx, worker)
	must(t, err)
	found := map[types.UID]bool{}
	for _, pod := range pods {
		if pod.DeletionTimestamp == nil {
			found[pod.UID] = true
		}
	}
	return found
}

func restartedWhileStopped(ctx context.Context, t *testing.T, c *Client, k kind) {
	must(t, c.Stop(ctx, worker))
	must(t, c.Restart(ctx, worker))
	c.expect(ctx, t, k, false)
}

// jobOf is a Job as a CronJob makes it.
func jobOf(owner *batchv1.CronJob) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: "w-1", OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(owner, batchv1.SchemeGroupVersion.WithKind("CronJob"))}},
		Spec:       owner.Spec.JobTemplate.Spec,
	}
}
