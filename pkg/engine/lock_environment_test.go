package engine_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

func ptr[T any](v T) *T { return &v }

// lease makes the deployment's lock belong to somebody.
func (w *world) lease(holder string, renewed time.Time) *coordinationv1.Lease {
	w.t.Helper()
	lease := &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: lock.LeaseName(deploymentName)},
		Spec: coordinationv1.LeaseSpec{
			HolderIdentity: &holder, LeaseDurationSeconds: ptr[int32](15),
			AcquireTime: ptr(metav1.NewMicroTime(renewed)), RenewTime: ptr(metav1.NewMicroTime(renewed)),
		},
	}
	w.must(w.admin.Create(w.t.Context(), lease))
	return lease
}

// holdLease makes the lock somebody's who renews it until ctx ends, with a clock that is an hour behind.
func (w *world) holdLease(ctx context.Context, holder string) *coordinationv1.Lease {
	w.t.Helper()
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: lock.LeaseName(deploymentName)}}
	w.must(client.IgnoreNotFound(w.admin.Delete(ctx, lease)))
	lease = w.lease(holder, time.Now().Add(-time.Hour))
	renewed := lease.DeepCopy()
	go func() {
		for ctx.Err() == nil {
			renewed.Spec.RenewTime = ptr(metav1.NewMicroTime(time.Now().Add(-time.Hour)))
			_ = w.admin.Update(ctx, renewed)
			time.Sleep(2 * time.Second)
		}
	}()
	return lease
}

// freeLock stands for the 15 seconds after which a dead engine's lock is taken.
func (w *world) freeLock() {
	w.t.Helper()
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: lock.LeaseName(deploymentName)}}
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"holderIdentity":""}}`))
	w.must(client.IgnoreNotFound(w.admin.Patch(w.t.Context(), lease, patch)))
}

func TestLiveHolderIsRespected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	w.holdLease(ctx, "other-host/1-abcde")
	began := time.Now()
	_, _, err := w.do(t.Context(), w.request(engine.VerbSetup, w.driverWith(), "1.0"))
	var locked *lock.TakenError
	if !errors.As(err, &locked) || locked.Holder != "other-host/1-abcde" || !strings.Contains(err.Error(), "other-host/1-abcde") {
		t.Fatalf("expected the holder to be named, got %v", err)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("finding out took %s", took)
	}
	if d := w.deployment(); d.Status.Run != nil {
		t.Errorf("a run was recorded: %+v", d.Status.Run)
	}
}

func TestDeadHolderIsSucceeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.lease("dead-host/1-abcde", time.Now().Add(time.Hour)) // its clock was an hour ahead
	began := time.Now()
	w.mustDo(w.request(engine.VerbSetup, w.driverWith(), "1.0"))
	if took := time.Since(began); took < 14*time.Second || took > time.Minute {
		t.Errorf("taking over took %s, expected one lease of 15s", took)
	}
}

// TestTwoEnginesAtOnce: one drives, the other says so; neither waits in line.
func TestTwoEnginesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a")
	w.kubelet.decide(w.namespace, "a", runs)
	_, first := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	_, second := w.inBackground(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	var err error
	winner := first
	select {
	case err = <-first:
		winner = second
	case err = <-second:
	case <-time.After(patience):
		t.Fatal("both engines wait")
	}
	var locked *lock.TakenError
	if !errors.As(err, &locked) {
		t.Errorf("expected the slower engine to be told of the lock, got %v", err)
	}
	w.eventually("the pod", func() error { return w.kubelet.endAll(t.Context(), w.namespace, "a", ending{}) })
	w.must(within(t, patience, "the run", winner))
	if order := w.kubelet.order(w.namespace); len(order) != 1 {
		t.Errorf("ran %q", order)
	}
}

// TestLostLock: the Lease cannot be renewed, everything else works. The engine
// lets go of the run, and takes it up again when it has the lock again.
func TestLostLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/slow")
	w.kubelet.decide(w.namespace, "slow", runs)
	config := rest.CopyConfig(w.config)
	var cut atomic.Bool
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			if cut.Load() && strings.Contains(r.URL.Path, "/leases/") {
				return nil, errReset
			}
			return next.RoundTrip(r)
		})
	})
	e, events := w.engine(config)
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.must(err)
	done := make(chan error, 1)
	go func() { _, err := e.Do(t.Context(), p); done <- err }()
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	cut.Store(true)
	w.eventually("the loss", func() error { return events.has("ClusterFailing") })
	if phase := w.deployment().Status.Run.Phase; phase != v1.RunPre {
		t.Errorf("the run is %s, expected that it can be resumed", phase)
	}
	cut.Store(false)
	w.eventually("the adoption", func() error { return events.has("ActionAdopted slow#1") })
	w.must(w.kubelet.endAll(t.Context(), w.namespace, "slow", ending{}))
	w.must(within(t, patience, "the run's end", done))
}

// TestLockIsMadeWithItsOwner: also when somebody deletes it under an engine at work, so
// that it goes with the deployment.
func TestLockIsMadeWithItsOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.kubelet.decide(w.namespace, "slow", runs)
	events, done := w.inBackground(t.Context(), w.request(engine.VerbSetup, w.driverWith("setup/pre/slow"), "1.0"))
	w.eventually("the start", func() error { return events.has("ActionStarted slow#1") })
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: lock.LeaseName(deploymentName)}}
	w.must(w.admin.Delete(t.Context(), lease))
	w.eventually("the lock is there again", func() error { return w.admin.Get(t.Context(), client.ObjectKeyFromObject(lease), lease) })
	if owners := lease.OwnerReferences; len(owners) != 1 || owners[0].UID != w.deployment().UID {
		t.Errorf("the new lock is owned by %v, expected the deployment", owners)
	}
	w.must(w.kubelet.endAll(t.Context(), w.namespace, "slow", ending{}))
	w.must(within(t, patience, "the run's end", done))
}
