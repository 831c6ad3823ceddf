package lock

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// Holder is an engine that has a deployment's lock.
type Holder struct {
	Identity string    `json:"identity"`
	Since    time.Time `json:"since"`
	// Renewing is true when the engine was seen to renew the lock; one that does
	// not is likely dead, and `setup` and `upgrade` take over from it.
	Renewing bool `json:"renewing"`
}

// holderWatch is how long a lock's holder is watched for a sign of life: a live
// one renews every retryPeriod.
const holderWatch = 2*retryPeriod + time.Second

// Read finds out who has a deployment's lock, without touching it; nil for
// nobody. Whether the holder is alive only its renewing tells: clocks may differ.
func Read(ctx context.Context, client kubernetes.Interface, namespace, name string) (*Holder, error) {
	lease := &resourcelock.LeaseLock{
		LeaseMeta: metav1.ObjectMeta{Namespace: namespace, Name: LeaseName(name)},
		Client:    client.CoordinationV1(),
	}
	first, err := holding(ctx, lease)
	if err != nil || first == nil {
		return nil, err
	}
	holder := &Holder{Identity: first.HolderIdentity, Since: first.AcquireTime.Time}
	gone := false
	err = wait.PollUntilContextTimeout(ctx, retryPeriod/4, holderWatch, false, func(context.Context) (bool, error) {
		now, err := holding(ctx, lease)
		switch {
		case err != nil:
			return false, err
		case now == nil:
			gone = true
		case now.HolderIdentity != first.HolderIdentity || !now.RenewTime.Equal(&first.RenewTime):
			holder.Identity, holder.Since, holder.Renewing = now.HolderIdentity, now.AcquireTime.Time, true
		}
		return gone || holder.Renewing, nil
	})
	switch {
	case gone:
		return nil, nil
	case err != nil && (!wait.Interrupted(err) || ctx.Err() != nil):
		return nil, err
	}
	return holder, nil
}

// holding reads a lock; nil when nobody has it.
func holding(ctx context.Context, lease *resourcelock.LeaseLock) (*resourcelock.LeaderElectionRecord, error) {
	record, _, err := lease.Get(ctx)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the lock %s/%s: %w", lease.LeaseMeta.Namespace, lease.LeaseMeta.Name, err)
	}
	if record.HolderIdentity == "" {
		return nil, nil
	}
	return record, nil
}

// Refuses is the error that whoever wants the lock gets; nil when it is free or
// its holder shows no sign of life.
func (h *Holder) Refuses(namespace, name string) error {
	if h == nil || !h.Renewing {
		return nil
	}
	return &TakenError{Namespace: namespace, Name: name, Holder: h.Identity, Since: h.Since}
}
