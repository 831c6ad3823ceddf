package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// errRefusedConnection is what a client sees while no API server listens.
var errRefusedConnection = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}

func TestTransient(t *testing.T) {
	jobs := schema.GroupResource{Group: "batch", Resource: "jobs"}
	away := fmt.Errorf("record the run: %w", errRefusedConnection)
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":           {nil, false},
		"lock lost":         {lock.ErrLost, true},
		"connection":        {away, true},
		"cut off":           {io.ErrUnexpectedEOF, true},
		"client's time-out": {&url.Error{Op: "Get", Err: context.DeadlineExceeded}, true},
		"too many requests": {apierrors.NewTooManyRequests("later", 1), true},
		"internal error":    {fmt.Errorf("create Job: %w", apierrors.NewInternalError(errors.New("etcd"))), true},
		"time-out":          {apierrors.NewTimeoutError("late", 1), true},
		"conflict":          {apierrors.NewConflict(jobs, "a", errors.New("changed")), true},
		"forbidden":         {apierrors.NewForbidden(jobs, "a", errors.New("quota")), false},
		"gone":              {apierrors.NewNotFound(jobs, "a"), false},
		"invalid":           {apierrors.NewBadRequest("no"), false},
		"the operator":      {&url.Error{Op: "Get", Err: context.Canceled}, false},
		"the run's own end": {&FailedError{Mode: v1.ModeCore, Helm: away}, false},
		"held":              {&helm.HeldError{Message: "held"}, false},
		"another engine":    {&lock.TakenError{}, false},
		"anything else":     {errors.New("disk full"), false},
	} {
		if found := transient(tt.err); found != tt.want {
			t.Errorf("%s: found %t, expected %t", name, found, tt.want)
		}
	}
}

// TestClusterFailed: a change of the release is made again only when the cluster
// failed in it, and nobody took it back.
func TestClusterFailed(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":     {nil, false},
		"connection":  {&helm.FailedError{Release: "app", Err: errRefusedConnection}, true},
		"not ready":   {&helm.FailedError{Release: "app", Err: &url.Error{Op: "Get", Err: context.DeadlineExceeded}}, false},
		"rolled back": {&helm.FailedError{Release: "app", RolledBackTo: 1, Err: errRefusedConnection}, false},
		"bad object":  {&helm.FailedError{Release: "app", Err: apierrors.NewBadRequest("no")}, false},
	} {
		if found := clusterFailed(tt.err); found != tt.want {
			t.Errorf("%s: found %t, expected %t", name, found, tt.want)
		}
	}
}

func TestOutage(t *testing.T) {
	var o outage
	now := time.Now()
	try := func(took time.Duration) string {
		o.begin(now)
		now = now.Add(took)
		first, lasting := o.fails(now)
		return fmt.Sprint(first, lasting)
	}
	for i, step := range []struct {
		took time.Duration
		want string
	}{
		{time.Hour, "true false"},     // a long time of work, and then an outage
		{time.Second, "false false"},  // it goes on
		{patience / 2, "false false"}, // and on
		{patience * 2, "true false"},  // it was over, and here is another one
		{patience, "false false"},     // on the verge
		{time.Second, "false true"},   // too long
	} {
		if found := try(step.took); found != step.want {
			t.Errorf("step %d: found %s, expected %s", i, found, step.want)
		}
	}
}
