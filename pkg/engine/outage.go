package engine

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

const (
	// patience is how long an engine goes on trying when the API server fails.
	patience = 2 * time.Minute
	// retryAfter is how long it waits each time.
	retryAfter = time.Second
)

// outage is a time in which the API server does not do what an engine asks.
type outage struct {
	// began is when the engine's last try began, since when the first of those
	// that failed did; zero for none.
	began, since time.Time
}

// begin takes note that the engine tries, now.
func (o *outage) begin(now time.Time) { o.began = now }

// fails takes note that the try has failed. first is true when it is the first to
// do so for a while, lasting when it has gone on for too long. A try that did its
// work for longer than patience has met another outage.
func (o *outage) fails(now time.Time) (first, lasting bool) {
	if o.since.IsZero() || now.Sub(o.began) > patience {
		o.since = now
		return true, false
	}
	return false, now.Sub(o.since) > patience
}

// outlasts is true when the work shall be tried again, after a while: a run is
// under way, and what stopped the engine may be over in a moment. Nothing is lost
// by that, as nothing is when the engine dies.
func (w *work) outlasts(ctx context.Context, err error) bool {
	if ctx.Err() != nil || !w.underWay() || !transient(err) {
		return false
	}
	first, lasting := w.outage.fails(w.engine.now())
	if lasting {
		return false
	}
	if first {
		w.engine.Reporter.Report(Event{Kind: ClusterFailing, Time: w.engine.now(), Run: *w.last.current(), Message: err.Error()})
	}
	select {
	case <-time.After(retryAfter):
	case <-ctx.Done():
	}
	return true
}

// underWay is true when a run is, by all that this engine knows.
func (w *work) underWay() bool { return w.last != nil && !w.last.current().Phase.Over() }

// transient is true for an error that says nothing about the request: the API
// server, or the way to it, may do the same a moment later. A conflict is one when
// it has outlasted whoever met it.
func transient(err error) bool {
	if errors.Is(err, lock.ErrLost) || errors.Is(err, lock.ErrNotTaken) {
		return true
	}
	if decided(err) || errors.Is(err, context.Canceled) {
		return false
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		code := status.Status().Code
		return code == http.StatusTooManyRequests || code == http.StatusConflict || code >= http.StatusInternalServerError
	}
	var network *net.OpError
	var request *url.Error
	return errors.As(err, &network) || errors.As(err, &request) && request.Timeout() ||
		utilnet.IsProbableEOF(err) || utilnet.IsHTTP2ConnectionLost(err)
}

// decided is true for the errors that end a request for good.
func decided(err error) bool {
	var failed *FailedError
	var aborted *AbortedError
	var interrupted *InterruptedError
	return errors.As(err, &failed) || errors.As(err, &aborted) || errors.As(err, &interrupted) || isRefusal(err)
}
