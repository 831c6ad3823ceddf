// Package warmup bridges the moment in which an API server that has just started
// refuses what it will allow: it answers requests before it has read the roles.
package warmup

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
)

const (
	// lasts is how long an API server is given to read its roles.
	lasts = 15 * time.Second
	// pause is the time between two looks.
	pause = 250 * time.Millisecond
	// maxAnswer bounds what is read of a refusal.
	maxAnswer = 64 << 10
)

// unauthorized is how the API server words that no role allows something. Admission
// refuses with the same code, and in other words.
var unauthorized = regexp.MustCompile(`is forbidden: User .* cannot `)

// Bridge makes the clients of a configuration ask once more for what no role allows, as
// soon as the API server says that it is ready, which it does not say before it has read
// the roles. Nothing is done twice: a refused request has changed nothing.
func Bridge(config *rest.Config) *rest.Config {
	ready := readiness(config)
	bridged := rest.CopyConfig(config)
	bridged.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return &transport{next: next, ready: ready, lasts: lasts, pause: pause}
	})
	return bridged
}

// readiness asks an API server whether it is ready: every user may. One that does not
// say is taken to be.
func readiness(config *rest.Config) func(context.Context) bool {
	plain := rest.CopyConfig(config)
	plain.QPS = -1 // the wait has its own pace
	connect := sync.OnceValues(func() (*discovery.DiscoveryClient, error) { return discovery.NewDiscoveryClientForConfig(plain) })
	return func(ctx context.Context) bool {
		client, err := connect()
		if err != nil {
			return true
		}
		var status int
		err = client.RESTClient().Get().AbsPath("/readyz").Do(ctx).StatusCode(&status).Error()
		return err == nil || status > 0 && status < http.StatusInternalServerError
	}
}

type transport struct {
	next         http.RoundTripper
	ready        func(context.Context) bool
	lasts, pause time.Duration
}

// WrappedRoundTripper lets client-go find the transport beneath.
func (t *transport) WrappedRoundTripper() http.RoundTripper { return t.next }

// RoundTrip sends a request, and once more when it was refused too early.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err != nil || !refused(response) {
		return response, err
	}
	again, ok := repeat(request)
	if !ok || !t.awaitReady(request.Context()) {
		return response, nil
	}
	return t.next.RoundTrip(again)
}

func (t *transport) awaitReady(ctx context.Context) bool {
	err := wait.PollUntilContextTimeout(ctx, t.pause, t.lasts, true, func(ctx context.Context) (bool, error) { return t.ready(ctx), nil })
	return err == nil
}

// refused reads a refusal, and puts back what it has read.
func refused(response *http.Response) bool {
	if response.StatusCode != http.StatusForbidden {
		return false
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	_ = response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(answer))
	return err == nil && unauthorized.Match(answer)
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
