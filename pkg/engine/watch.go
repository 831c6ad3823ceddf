package engine

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// syncTimeout bounds the first listing of a run's Jobs and pods.
const syncTimeout = time.Minute

// watcher keeps the run's Jobs and pods and signals whenever one changes.
type watcher struct {
	// background ends with the watches; whatever runs beside the loop uses it.
	background context.Context
	jobs       cache.Store
	pods       cache.Store
	changed    chan struct{}
	stop       context.CancelFunc
	factory    informers.SharedInformerFactory
}

// watch starts to watch the run's Jobs and pods and waits for the first listing.
func (r *run) watch(ctx context.Context) error {
	selector := labels.SelectorFromSet(labels.Set{v1.LabelRun: r.current().ID}).String()
	factory := informers.NewSharedInformerFactoryWithOptions(r.engine.Kube, 0,
		informers.WithNamespace(r.prepared.Desired.Namespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = selector }))
	jobs, pods := factory.Batch().V1().Jobs().Informer(), factory.Core().V1().Pods().Informer()
	watching, stop := context.WithCancel(ctx)
	w := &watcher{background: watching, jobs: jobs.GetStore(), pods: pods.GetStore(), changed: make(chan struct{}, 1), stop: stop, factory: factory}
	r.watcher = w
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { w.signal() },
		UpdateFunc: func(any, any) { w.signal() },
		DeleteFunc: func(any) { w.signal() },
	}
	for _, informer := range []cache.SharedIndexInformer{jobs, pods} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(watching.Done())
	syncing, cancel := context.WithTimeout(watching, syncTimeout)
	defer cancel()
	if !cache.WaitForCacheSync(syncing.Done(), jobs.HasSynced, pods.HasSynced) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("the API server did not list the run's Jobs and pods within %s", syncTimeout)
	}
	return nil
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
	w.factory.Shutdown()
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
