package webhook

import (
	"context"
	"net/http"

	"github.com/styrmin/kubectl-styrmin/pkg/waited"
)

// readingKey is for how long the decision that a context is about has waited for the API server.
type readingKey struct{}

func readingOf(ctx context.Context) *waited.Clock {
	clock, _ := ctx.Value(readingKey{}).(*waited.Clock)
	return clock
}

// timed is a transport that lets the decision for which it asks know how long that took.
type timed struct{ next http.RoundTripper }

func (t timed) RoundTrip(request *http.Request) (*http.Response, error) {
	clock := readingOf(request.Context())
	if clock == nil {
		return t.next.RoundTrip(request)
	}
	return clock.RoundTrip(t.next, request)
}
