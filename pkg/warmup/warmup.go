// Package warmup bridges the moment in which an API server that has just started
// refuses what it will allow: it answers requests before it has read the roles.
package warmup

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"time"

	"k8s.io/client-go/rest"
)

const (
	// lasts is how long an API server is given to read its roles.
	lasts = 15 * time.Second
	// pause is the time between two tries.
	pause = 500 * time.Millisecond
	// maxAnswer bounds what is read of a refusal.
	maxAnswer = 64 << 10
)

// unread is how the RBAC authorizer says that a binding names a role that it does
// not find: while it warms up, and when there is no such role.
var unread = regexp.MustCompile(`RBAC: .*role\.rbac\.authorization\.k8s\.io .*not found`)

// Bridge makes the clients of a configuration repeat such requests for up to 15
// seconds. Nothing is done twice: a refused request has changed nothing. A role that
// does not exist at all costs the same time before its refusal is returned.
func Bridge(config *rest.Config) *rest.Config {
	bridged := rest.CopyConfig(config)
	bridged.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return &transport{next: next, lasts: lasts, pause: pause}
	})
	return bridged
}

type transport struct {
	next         http.RoundTripper
	lasts, pause time.Duration
}

// WrappedRoundTripper lets client-go find the transport beneath.
func (t *transport) WrappedRoundTripper() http.RoundTripper { return t.next }

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	until := time.Now().Add(t.lasts)
	for {
		response, err := t.next.RoundTrip(request)
		if err != nil || !refusedUnread(response) || time.Now().After(until) {
			return response, err
		}
		again, ok := repeat(request)
		if !ok || wait(request.Context(), t.pause) != nil {
			return response, nil
		}
		request = again
	}
}

// refusedUnread reads a refusal, and puts back what it has read.
func refusedUnread(response *http.Response) bool {
	if response.StatusCode != http.StatusForbidden {
		return false
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	_ = response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(answer))
	return err == nil && unread.Match(answer)
}

// repeat is the request once more; ok is false when its body cannot be had again.
func repeat(request *http.Request) (again *http.Request, ok bool) {
	again = request.Clone(request.Context())
	if request.Body == nil || request.Body == http.NoBody {
		return again, true
	}
	if request.GetBody == nil {
		return nil, false
	}
	body, err := request.GetBody()
	again.Body = body
	return again, err == nil
}

func wait(ctx context.Context, how time.Duration) error {
	select {
	case <-time.After(how):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
