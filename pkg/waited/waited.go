// Package waited tells how much of a time was spent on waiting for a server.
package waited

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// Clock is how long a server was waited for: from each request until its answer was read.
// Requests that overlap count once. The zero value is ready; it is safe for concurrent use.
type Clock struct {
	mu     sync.Mutex
	under  int // requests under way
	since  time.Time
	waited time.Duration
}

// SoFar is what was waited until now.
func (c *Clock) SoFar() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under > 0 {
		return c.waited + time.Since(c.since)
	}
	return c.waited
}

// RoundTrip sends a request by next. One whose connection becomes another's, as for a
// command in a container, is under way from then on.
func (c *Clock) RoundTrip(next http.RoundTripper, request *http.Request) (*http.Response, error) {
	c.begin()
	response, err := next.RoundTrip(request)
	switch {
	case err != nil:
		c.end()
	case response.StatusCode != http.StatusSwitchingProtocols:
		response.Body = &body{ReadCloser: response.Body, end: sync.OnceFunc(c.end)}
	}
	return response, err
}

func (c *Clock) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under++; c.under == 1 {
		c.since = time.Now()
	}
}

func (c *Clock) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under--; c.under == 0 {
		c.waited += time.Since(c.since)
	}
}

// body is an answer whose end is noticed.
type body struct {
	io.ReadCloser
	end func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

func (b *body) Close() error {
	b.end()
	return b.ReadCloser.Close()
}
