package plugin

import (
	"context"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// over is true when nothing more comes of what is followed: the run has ended, or the
// action has. One that failed is tried again only when the run is resumed, after its end.
func (l *logsOptions) over(run *v1.Run) bool {
	if l.action != "" {
		for _, action := range run.Actions {
			if jobs.Slug(action.Name) == jobs.Slug(l.action) {
				return action.State == v1.ActionSucceeded || ended(run)
			}
		}
	}
	return ended(run)
}

// followRun prints what the pods of a run print, those that are there and those that
// come, until the run has ended and all has been printed.
func (l *logsOptions) followRun(ctx context.Context, c *clients, d *v1.StyrminDeployment) error {
	if c.undriven(ctx, d) {
		fmt.Fprintf(l.ErrOut, "run %s: %s\n", l.run, undrivenNote)
	}
	if err := l.printGone(ctx, c); err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	f := &logFollower{logs: l, clients: c, known: map[types.UID]bool{}}
	states, failed := watchDeployment(watching, c, l.name)
	pods := f.watch(watching)
	defer func() { stop(); f.background.Wait(); <-failed }()
	for run := d.Status.Run; !l.over(run); {
		select {
		case pod := <-pods:
			f.add(watching, pod)
		case now := <-states:
			if now == nil {
				return &problemsError{message: fmt.Sprintf("StyrminDeployment %s/%s was deleted", d.Namespace, d.Name)}
			}
			run = runOf(now, run)
		case err := <-failed:
			if ctx.Err() == nil {
				return err
			}
			return context.Cause(ctx)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return f.finish(ctx)
}

// printGone prints what was kept of attempts whose pods are gone.
func (l *logsOptions) printGone(ctx context.Context, c *clients) error {
	pods, err := l.pods(ctx, c)
	if err != nil {
		return err
	}
	kept, err := l.kept(ctx, c, pods)
	if err != nil {
		return err
	}
	for _, log := range kept {
		l.printKept(log)
	}
	return nil
}

// logFollower follows pods, each once.
type logFollower struct {
	logs    *logsOptions
	clients *clients
	known   map[types.UID]bool
	// background ends with the watch of the pods, streams with the pods' outputs.
	background, streams sync.WaitGroup
}

// watch sends the run's pods as they come and change, until ctx ends.
func (f *logFollower) watch(ctx context.Context) <-chan *corev1.Pod {
	out := make(chan *corev1.Pod)
	send := func(object any) {
		if pod, ok := object.(*corev1.Pod); ok {
			select {
			case out <- pod:
			case <-ctx.Done():
			}
		}
	}
	factory := informers.NewSharedInformerFactoryWithOptions(f.clients.kube, 0, informers.WithNamespace(f.clients.namespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = f.logs.selector() }))
	informer := factory.Core().V1().Pods().Informer()
	// It fails only for an informer that has been stopped.
	_, _ = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: send, UpdateFunc: func(_, object any) { send(object) }})
	f.background.Go(func() { informer.RunWithContext(ctx) })
	return out
}

// add begins to follow a pod that has something to print.
func (f *logFollower) add(ctx context.Context, pod *corev1.Pod) {
	if f.known[pod.UID] || !jobs.Started(pod) {
		return
	}
	f.known[pod.UID] = true
	f.streams.Go(func() {
		// What cannot be read any more was kept; `logs` without -f prints that.
		_ = f.logs.read(ctx, f.clients, pod, true)
	})
}

// finish follows the pods that the watch has not shown before the run's end, and
// returns when everything has been printed.
func (f *logFollower) finish(ctx context.Context) error {
	pods, err := f.logs.pods(ctx, f.clients)
	if err != nil {
		return err
	}
	for i := range pods {
		f.add(ctx, &pods[i])
	}
	f.streams.Wait()
	return context.Cause(ctx)
}
