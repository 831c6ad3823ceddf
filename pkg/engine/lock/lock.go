// Package lock keeps two engines from driving one deployment at a time (E3): a Lease a
// deployment, renewed while its engine lives. Only the waiter's own clock counts.
package lock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// How the Lease is kept. A holder renews every retryPeriod; one that has not
// renewed for duration, by the waiting engine's own clock, is dead.
const (
	duration      = 15 * time.Second
	renewDeadline = 10 * time.Second
	retryPeriod   = 2 * time.Second
)

// TakenError means that another engine drives the deployment.
type TakenError struct {
	Namespace, Name, Holder string
	Since                   time.Time
}

// Error names the holder and what to do.
func (e *TakenError) Error() string {
	return fmt.Sprintf("StyrminDeployment %s/%s is being driven by %s since %s; follow it with `kubectl styrmin status %s -n %s --watch`, or end its run with `kubectl styrmin abort %s -n %s`",
		e.Namespace, e.Name, e.Holder, e.Since.UTC().Format(time.RFC3339), e.Name, e.Namespace, e.Name, e.Namespace)
}

// ErrLost cancels the run of an engine that could not renew its lock.
var ErrLost = errors.New("the lock was lost: its Lease could not be renewed in time; run the same command again to resume")

// LeaseName is the name of a deployment's Lease.
func LeaseName(deployment string) string { return "styrmin-" + deployment }

// Take takes the deployment's Lease (E3) and keeps it until release is called.
// The returned context ends, with ErrLost as its cause, when the lock is lost. A lock
// that another engine has is a *TakenError.
func Take(ctx context.Context, client kubernetes.Interface, namespace, name string, owner metav1.OwnerReference) (locked context.Context, release func(), err error) {
	lease := &resourcelock.LeaseLock{
		LeaseMeta:  metav1.ObjectMeta{Namespace: namespace, Name: LeaseName(name)},
		Client:     client.CoordinationV1(),
		LockConfig: resourcelock.ResourceLockConfig{Identity: identity()},
	}
	if err := createLease(ctx, client, lease.LeaseMeta, owner); err != nil {
		return nil, nil, err
	}
	if err := refuseLiveHolder(ctx, lease, name); err != nil {
		return nil, nil, err
	}
	return elect(ctx, lease, name)
}

// identity names this engine to whoever finds the lock taken.
func identity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown-host"
	}
	return fmt.Sprintf("%s/%d-%s", host, os.Getpid(), rand.String(5))
}

// createLease makes the Lease, so that it belongs to the deployment and goes with it.
func createLease(ctx context.Context, client kubernetes.Interface, meta metav1.ObjectMeta, owner metav1.OwnerReference) error {
	meta.OwnerReferences = []metav1.OwnerReference{owner}
	_, err := client.CoordinationV1().Leases(meta.Namespace).Create(ctx, &coordinationv1.Lease{ObjectMeta: meta}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create the lock %s/%s: %w", meta.Namespace, meta.Name, err)
	}
	return nil
}

// refuseLiveHolder returns a TakenError when the Lease's holder renews it. A
// holder that does not renew for duration is dead. Only this engine's own
// clock counts, so clocks that differ do no harm.
func refuseLiveHolder(ctx context.Context, lease *resourcelock.LeaseLock, name string) error {
	first, _, err := lease.Get(ctx)
	if err != nil {
		return fmt.Errorf("read the lock: %w", err)
	}
	if first.HolderIdentity == "" {
		return nil
	}
	// The requests do not get the poll's own deadline: one that it cut short would
	// be an error of the cluster, and not the sign of a dead holder.
	err = wait.PollUntilContextTimeout(ctx, retryPeriod/2, duration, false, func(context.Context) (bool, error) {
		now, _, err := lease.Get(ctx)
		if err != nil {
			return false, err
		}
		if now.HolderIdentity == "" {
			return true, nil
		}
		if now.HolderIdentity != first.HolderIdentity || !now.RenewTime.Equal(&first.RenewTime) {
			return false, takenBy(lease, name, now)
		}
		return false, nil
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return evict(ctx, lease, name, *first)
	}
	return err
}

// evict frees the lock of a holder that did not renew for a whole lease. The
// API server refuses when the holder renewed, or another engine was faster, since
// the Lease was read. Without it the elector would wait for a lease once more.
func evict(ctx context.Context, lease *resourcelock.LeaseLock, name string, dead resourcelock.LeaderElectionRecord) error {
	dead.HolderIdentity = ""
	err := lease.Update(ctx, dead)
	if !apierrors.IsConflict(err) {
		return err
	}
	now, _, err := lease.Get(ctx)
	if err != nil {
		return fmt.Errorf("read the lock: %w", err)
	}
	if now.HolderIdentity == "" {
		return nil
	}
	return takenBy(lease, name, now)
}

func takenBy(lease *resourcelock.LeaseLock, name string, record *resourcelock.LeaderElectionRecord) *TakenError {
	return &TakenError{Namespace: lease.LeaseMeta.Namespace, Name: name, Holder: record.HolderIdentity, Since: record.AcquireTime.Time}
}

// elect takes the Lease with client-go's elector and renews it in the
// background. It does not stand in line: when another engine was faster, that is
// a TakenError.
func elect(ctx context.Context, lease *resourcelock.LeaseLock, name string) (context.Context, func(), error) {
	locked, cancel := context.WithCancelCause(ctx)
	electing, stop := context.WithCancel(context.WithoutCancel(ctx))
	won := make(chan struct{})
	taken := make(chan struct{}, 1)
	ended := make(chan struct{})
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: lease, LeaseDuration: duration, RenewDeadline: renewDeadline, RetryPeriod: retryPeriod,
		ReleaseOnCancel: true,
		Name:            lease.LeaseMeta.Name,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { close(won) },
			OnStoppedLeading: func() { cancel(ErrLost) },
			OnNewLeader: func(holder string) {
				if holder != "" && holder != lease.Identity() {
					select {
					case taken <- struct{}{}:
					default:
					}
				}
			},
		},
	})
	if err != nil {
		stop()
		return nil, nil, err
	}
	go func() { defer close(ended); elector.Run(electing) }()
	release := func() { stop(); <-ended; cancel(context.Canceled) }
	select {
	case <-won:
		return locked, release, nil
	case <-taken:
		release()
		now, _, err := lease.Get(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("read the lock: %w", err)
		}
		return nil, nil, takenBy(lease, name, now)
	case <-ctx.Done():
		release()
		return nil, nil, context.Cause(ctx)
	}
}
