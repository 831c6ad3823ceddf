package engine_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// roundTripper is a function as a transport.
type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// clock is the time with an offset.
type clock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// call is one request that changes something in the cluster.
type call struct {
	*http.Request
	// number counts from 1.
	number int
	// isRelease is true for the record of a Helm release.
	isRelease bool
}

func (c *call) creates(collection string) bool {
	return c.Method == http.MethodPost && strings.HasSuffix(c.URL.Path, collection)
}

// fault is a transport on which the engine dies at one call: this one and all
// that follow fail. After means that the call still reached the cluster.
type fault struct {
	next  http.RoundTripper
	at    func(*call) bool
	after bool
	die   func()

	mu   *sync.Mutex
	seen *int
	dead *bool
}

// RoundTrip implements http.RoundTripper.
func (f fault) RoundTrip(r *http.Request) (*http.Response, error) {
	dead, hit := f.judge(r)
	if dead {
		return nil, errCut
	}
	if hit && !f.after {
		f.die()
		return nil, errCut
	}
	response, err := f.next.RoundTrip(r)
	if hit {
		if err == nil {
			_ = response.Body.Close()
		}
		f.die()
		return nil, errCut
	}
	return response, err
}

var errCut = errors.New("the connection was cut")

func (f fault) judge(r *http.Request) (dead, hit bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if *f.dead {
		return true, false
	}
	if !changes(r) {
		return false, false
	}
	*f.seen++
	c := &call{Request: r, number: *f.seen, isRelease: isRelease(r)}
	*f.dead = f.at(c)
	return false, *f.dead
}

// changes leaves out the questions that are asked by POST.
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.Contains(r.URL.Path, "/authorization.k8s.io/") && !strings.Contains(r.URL.Path, "/authentication.k8s.io/")
}

func isRelease(r *http.Request) bool {
	if r.GetBody == nil {
		return false
	}
	body, err := r.GetBody()
	if err != nil {
		return false
	}
	defer func() { _ = body.Close() }()
	content, _ := io.ReadAll(body)
	return bytes.Contains(content, []byte("helm.sh/release.v1"))
}

// doWithFault carries a request out with an engine that dies at a call. It
// tells whether that call came.
func (w *world) doWithFault(request engine.Request, at func(*call) bool, after bool) (died bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	config := rest.CopyConfig(w.config)
	var mu sync.Mutex
	seen := 0
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return fault{next: next, at: at, after: after, die: cancel, mu: &mu, seen: &seen, dead: &died}
	})
	e, events := w.engine(config)
	p, err := e.Prepare(ctx, request)
	w.must(err)
	_, err = e.Do(ctx, p)
	mu.Lock()
	defer mu.Unlock()
	if err != nil && !died {
		w.t.Fatalf("the engine failed although nothing was cut: %v\nevents: %q", err, events.lines())
	}
	return died
}
