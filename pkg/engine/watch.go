package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// syncTimeout bounds the first listing of a run's Jobs and pods.
const syncTimeout = time.Minute

// watcher keeps a run's Jobs and pods and signals whenever one changes.
type watcher struct {
	// background ends with the watches; whatever runs beside the loop uses it.
	background context.Context
	jobs       cache.Store
	pods       cache.Store
	// refusals are the Events about pods that could not be made.
	refusals  cache.Store
	changed   chan struct{}
	stop      context.CancelFunc
	informers []cache.SharedIndexInformer
	// besides are those that nobody waits for: who may not read what they watch
	// does without.
	besides []cache.SharedIndexInformer
	running sync.WaitGroup
}

// newWatcher prepares to watch the Jobs and pods that bear a run's label.
func newWatcher(ctx context.Context, kube kubernetes.Interface, namespace, run string) *watcher {
	selector := labels.SelectorFromSet(labels.Set{v1.LabelRun: run}).String()
	factory := informers.NewSharedInformerFactoryWithOptions(kube, 0,
		informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = selector }))
	theJobs, pods := factory.Batch().V1().Jobs().Informer(), factory.Core().V1().Pods().Informer()
	refusals := refusalInformer(kube, namespace)
	watching, stop := context.WithCancel(ctx)
	return &watcher{
		background: watching, stop: stop, changed: make(chan struct{}, 1),
		jobs: theJobs.GetStore(), pods: pods.GetStore(), refusals: refusals.GetStore(),
		informers: []cache.SharedIndexInformer{theJobs, pods}, besides: []cache.SharedIndexInformer{refusals},
	}
}

// refusalInformer watches the Job controller's Events about pods that it could not
// make; they bear no label of ours.
func refusalInformer(kube kubernetes.Interface, namespace string) cache.SharedIndexInformer {
	selector := fields.Set{"involvedObject.kind": "Job", "reason": "FailedCreate"}.AsSelector().String()
	factory := informers.NewSharedInformerFactoryWithOptions(kube, 0,
		informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.FieldSelector = selector }))
	informer := factory.Core().V1().Events().Informer()
	// It has not begun, so this cannot fail; and what it misses is no news.
	_ = informer.SetWatchErrorHandlerWithContext(func(context.Context, *cache.Reflector, error) {})
	return informer
}

// start begins to watch and waits for the first listing.
func (w *watcher) start(ctx context.Context) error {
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { w.signal() },
		UpdateFunc: func(any, any) { w.signal() },
		DeleteFunc: func(any) { w.signal() },
	}
	for _, informer := range slices.Concat(w.informers, w.besides) {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
		w.running.Go(func() { informer.RunWithContext(w.background) })
	}
	synced := make([]cache.InformerSynced, 0, len(w.informers))
	for _, informer := range w.informers {
		synced = append(synced, informer.HasSynced)
	}
	syncing, cancel := context.WithTimeout(w.background, syncTimeout)
	defer cancel()
	if !cache.WaitForCacheSync(syncing.Done(), synced...) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("the API server did not list the run's Jobs and pods within %s", syncTimeout)
	}
	return nil
}

// watch starts to watch the run's Jobs and pods, and the deployment, whose run
// may be aborted by somebody else.
func (r *run) watch(ctx context.Context) error {
	namespace, name := r.prepared.Desired.Namespace, r.prepared.Desired.Name
	r.watcher = newWatcher(ctx, r.engine.Kube, namespace, r.id)
	deployments := DeploymentInformer(r.engine.Client, namespace, name)
	if _, err := deployments.AddEventHandler(DeploymentHandler(r.look, nil)); err != nil {
		return err
	}
	r.watcher.informers = append(r.watcher.informers, deployments)
	return r.watcher.start(ctx)
}

// signal wakes the loop; signals that nobody has taken yet are one.
func (w *watcher) signal() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// close ends the watches and waits for their goroutines.
func (w *watcher) close() {
	w.stop()
	w.running.Wait()
}

// listJobs returns the run's Jobs as last seen. They are shared: do not change them.
func (w *watcher) listJobs() []*batchv1.Job {
	var out []*batchv1.Job
	for _, object := range w.jobs.List() {
		if job, ok := object.(*batchv1.Job); ok {
			out = append(out, job)
		}
	}
	return out
}

// podsOf returns a Job's pods as last seen. They are shared: do not change them.
func (w *watcher) podsOf(job string) []*corev1.Pod {
	var out []*corev1.Pod
	for _, object := range w.pods.List() {
		if pod, ok := object.(*corev1.Pod); ok && pod.Labels[batchv1.JobNameLabel] == job {
			out = append(out, pod)
		}
	}
	return out
}

// refusal is why no pod of a Job could be made; empty when nobody says so.
func (w *watcher) refusal(job string) string {
	for _, object := range w.refusals.List() {
		if event, ok := object.(*corev1.Event); ok && event.InvolvedObject.Name == job {
			return jobs.Refusal(event)
		}
	}
	return ""
}
