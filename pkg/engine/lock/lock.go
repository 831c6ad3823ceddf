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
var ErrLost = errors.New("the lock was lost: the API server has not taken the renewal of its Lease in time")

// ErrNotTaken is an elector that finds no API server to ask, which it would do for ever.
var ErrNotTaken = errors.New("the lock could not be taken: the API server has not answered in time; run the same command again")

// LeaseName is the name of a deployment's Lease.
func LeaseName(deployment string) string { return "styrmin-" + deployment }

// Lock is a deployment's lock as one engine sees it, which may take it again when it
// lost it, without standing in its own way.
type Lock struct {
	lease      *resourcelock.LeaseLock
	deployment string
	owner      metav1.OwnerReference
}

// New returns the lock of a deployment, which owns the Lease. Nothing is taken yet.
func New(client kubernetes.Interface, namespace, name string, owner metav1.OwnerReference) *Lock {
	return &Lock{
		lease: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: namespace, Name: LeaseName(name)},
			Client:     client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: identity()},
		},
		deployment: name,
		owner:      owner,
	}
}

// Take takes the deployment's Lease (E3) and keeps it until release is called.
// The returned context ends, with ErrLost as its cause, when the lock is lost. A lock
// that another engine has is a *TakenError.
func (l *Lock) Take(ctx context.Context) (locked context.Context, release func(), err error) {
	if err := l.create(ctx); err != nil {
		return nil, nil, err
	}
	if err := l.refuseLiveHolder(ctx); err != nil {
		return nil, nil, err
	}
	return l.elect(ctx)
}

// identity names this engine to whoever finds the lock taken.
func identity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown-host"
	}
	return fmt.Sprintf("%s/%d-%s", host, os.Getpid(), rand.String(5))
}

// create makes the Lease, so that it belongs to the deployment and goes with it.
func (l *Lock) create(ctx context.Context) error {
	meta := l.lease.LeaseMeta
	meta.OwnerReferences = []metav1.OwnerReference{l.owner}
	_, err := l.lease.Client.Leases(meta.Namespace).Create(ctx, &coordinationv1.Lease{ObjectMeta: meta}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create the lock %s/%s: %w", meta.Namespace, meta.Name, err)
	}
	return nil
}

// owned is a Lease that only create makes: client-go's elector would make one that is
// gone again, without its owner, and it would stay when the deployment has gone.
type owned struct{ *resourcelock.LeaseLock }

// Create implements resourcelock.Interface.
func (o owned) Create(context.Context, resourcelock.LeaderElectionRecord) error {
	return fmt.Errorf("the lock %s is gone", o.Describe())
}

// refuseLiveHolder returns a TakenError when the Lease's holder renews it. A
// holder that does not renew for duration is dead. Only this engine's own
// clock counts, so clocks that differ do no harm.
func (l *Lock) refuseLiveHolder(ctx context.Context) error {
	first, _, err := l.lease.Get(ctx)
	if err != nil {
		return fmt.Errorf("read the lock: %w", err)
	}
	if first.HolderIdentity == "" || first.HolderIdentity == l.lease.Identity() {
		return nil
	}
	// The requests do not get the poll's own deadline: one that it cut short would
	// be an error of the cluster, and not the sign of a dead holder.
	err = wait.PollUntilContextTimeout(ctx, retryPeriod/2, duration, false, func(context.Context) (bool, error) {
		now, _, err := l.lease.Get(ctx)
		if err != nil {
			return false, err
		}
		if now.HolderIdentity == "" {
			return true, nil
		}
		if now.HolderIdentity != first.HolderIdentity || !now.RenewTime.Equal(&first.RenewTime) {
			return false, l.takenBy(now)
		}
		return false, nil
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return l.evict(ctx, *first)
	}
	return err
}

// evict frees the lock of a holder that did not renew for a whole lease. The
// API server refuses when the holder renewed, or another engine was faster, since
// the Lease was read. Without it the elector would wait for a lease once more.
func (l *Lock) evict(ctx context.Context, dead resourcelock.LeaderElectionRecord) error {
	dead.HolderIdentity = ""
	err := l.lease.Update(ctx, dead)
	if !apierrors.IsConflict(err) {
		return err
	}
	now, _, err := l.lease.Get(ctx)
	if err != nil {
		return fmt.Errorf("read the lock: %w", err)
	}
	if now.HolderIdentity == "" {
		return nil
	}
	return l.takenBy(now)
}

func (l *Lock) takenBy(record *resourcelock.LeaderElectionRecord) *TakenError {
	return &TakenError{Namespace: l.lease.LeaseMeta.Namespace, Name: l.deployment, Holder: record.HolderIdentity, Since: record.AcquireTime.Time}
}

// elect takes the Lease with client-go's elector and renews it in the
// background. It does not stand in line: when another engine was faster, that is
// a TakenError.
func (l *Lock) elect(ctx context.Context) (context.Context, func(), error) {
	locked, cancel := context.WithCancelCause(ctx)
	electing, stop := context.WithCancel(context.WithoutCancel(ctx))
	won := make(chan struct{})
	taken := make(chan struct{}, 1)
	ended := make(chan struct{})
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: owned{l.lease}, LeaseDuration: duration, RenewDeadline: renewDeadline, RetryPeriod: retryPeriod,
		ReleaseOnCancel: true,
		Name:            l.lease.LeaseMeta.Name,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { close(won) },
			OnStoppedLeading: func() { cancel(ErrLost) },
			OnNewLeader: func(holder string) {
				if holder != "" && holder != l.lease.Identity() {
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
		now, _, err := l.lease.Get(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("read the lock: %w", err)
		}
		return nil, nil, l.takenBy(now)
	case <-time.After(duration):
		release()
		return nil, nil, ErrNotTaken
	case <-ctx.Done():
		release()
		return nil, nil, context.Cause(ctx)
	}
}
