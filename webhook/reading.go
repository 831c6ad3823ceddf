package webhook

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// reading is how long a decision has waited for the API server. Requests that overlap
// count once. It is safe for concurrent use.
type reading struct {
	mu     sync.Mutex
	under  int // requests under way
	since  time.Time
	waited time.Duration
}

// readingKey is for the reading of the decision that a context is about.
type readingKey struct{}

func readingOf(ctx context.Context) *reading {
	r, _ := ctx.Value(readingKey{}).(*reading)
	return r
}

func (r *reading) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under++; r.under == 1 {
		r.since = time.Now()
	}
}

func (r *reading) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under--; r.under == 0 {
		r.waited += time.Since(r.since)
	}
}

// soFar is what was waited until now.
func (r *reading) soFar() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under > 0 {
		return r.waited + time.Since(r.since)
	}
	return r.waited
}

// timed is a transport that tells the decision for which it asks how long an answer took,
// until it was read.
type timed struct{ next http.RoundTripper }

func (t timed) RoundTrip(request *http.Request) (*http.Response, error) {
	r := readingOf(request.Context())
	if r == nil {
		return t.next.RoundTrip(request)
	}
	r.begin()
	response, err := t.next.RoundTrip(request)
	if err != nil {
		r.end()
		return response, err
	}
	response.Body = &timedBody{ReadCloser: response.Body, end: sync.OnceFunc(r.end)}
	return response, nil
}

type timedBody struct {
	io.ReadCloser
	end func()
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

func (b *timedBody) Close() error {
	b.end()
	return b.ReadCloser.Close()
}
