package e2e

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// recording holds when objects were created and when Jobs ended, by the
// cluster's own resource versions: timestamps count whole seconds only.
type recording struct {
	mu         sync.Mutex
	start, end map[string]int64
	workloads  []appsv1.Deployment
}

// record begins to watch the namespace's Jobs, release records and Deployments.
func (s *space) record() *recording {
	s.Helper()
	seen := &recording{start: map[string]int64{}, end: map[string]int64{}}
	// Any object will do: what is new from here on has a higher version.
	now, err := cluster.kube.CoreV1().Pods(s.name).List(s.Context(), metav1.ListOptions{})
	if err != nil {
		s.Fatal(err)
	}
	begin := func(w watch.Interface, err error) {
		s.Helper()
		if err != nil {
			s.Fatal(err)
		}
		s.Cleanup(w.Stop)
		go func() {
			for event := range w.ResultChan() {
				if s.Context().Err() != nil {
					return // the test is over
				}
				if event.Type == watch.Error {
					s.Errorf("a watch broke: %v", apierrors.FromObject(event.Object))
					return
				}
				seen.take(event)
			}
		}()
	}
	since := metav1.ListOptions{ResourceVersion: now.ResourceVersion}
	begin(cluster.kube.BatchV1().Jobs(s.name).Watch(s.Context(), since))
	begin(cluster.kube.CoreV1().Secrets(s.name).Watch(s.Context(), since))
	begin(cluster.kube.AppsV1().Deployments(s.name).Watch(s.Context(), since))
	return seen
}

func (r *recording) take(event watch.Event) {
	object, ok := event.Object.(metav1.Object)
	if !ok {
		return
	}
	version := versionOf(object)
	r.mu.Lock()
	defer r.mu.Unlock()
	if event.Type == watch.Added {
		r.start[object.GetName()] = version
	}
	switch object := object.(type) {
	case *batchv1.Job:
		if r.end[object.Name] == 0 && jobs.StateOf(object) == v1.ActionSucceeded {
			r.end[object.Name] = version
		}
	case *appsv1.Deployment:
		r.workloads = append(r.workloads, *object)
	}
}

// versionOf is an object's resource version; 0 when it is not a number.
func versionOf(object metav1.Object) int64 {
	version, err := strconv.ParseInt(object.GetResourceVersion(), 10, 64)
	if err != nil {
		return 0
	}
	return version
}

// created is when an object was; watches may lag a little behind.
func (r *recording) created(t *testing.T, name string) int64 {
	t.Helper()
	return r.get(t, r.start, name)
}

// ended is when a Job was seen to have succeeded.
func (r *recording) ended(t *testing.T, name string) int64 {
	t.Helper()
	return r.get(t, r.end, name)
}

func (r *recording) get(t *testing.T, from map[string]int64, name string) int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		r.mu.Lock()
		version := from[name]
		r.mu.Unlock()
		if version > 0 {
			return version
		}
		select {
		case <-time.After(interval):
		case <-ctx.Done():
			t.Fatalf("the watch has not shown %s", name)
		}
	}
}

// states are the states of a Deployment that were seen.
func (r *recording) states(name string) []appsv1.Deployment {
	r.mu.Lock()
	defer r.mu.Unlock()
	var states []appsv1.Deployment
	for _, workload := range r.workloads {
		if workload.Name == name {
			states = append(states, workload)
		}
	}
	return states
}

// replicas are the different replica counts that were asked for, one after the other.
func (r *recording) replicas(name string) []int32 {
	var counts []int32
	for _, d := range r.states(name) {
		if count := *d.Spec.Replicas; len(counts) == 0 || counts[len(counts)-1] != count {
			counts = append(counts, count)
		}
	}
	return counts
}

// stoppedUntil checks that a Deployment, once stopped, asked for no replicas before a point in time.
func (r *recording) stoppedUntil(t *testing.T, name string, end int64) {
	t.Helper()
	stopped := 0
	for _, d := range r.states(name) {
		switch {
		case *d.Spec.Replicas == 0:
			stopped++
		case stopped > 0 && versionOf(&d) < end:
			t.Errorf("%s was stopped and asked for %d replicas of %s before post began", name, *d.Spec.Replicas, d.Spec.Template.Spec.Containers[0].Image)
		}
	}
	if stopped == 0 {
		t.Errorf("%s was never stopped", name)
	}
}
