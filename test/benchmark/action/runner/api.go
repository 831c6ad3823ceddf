package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"k8s.io/client-go/rest"
)

// api knows how long the API server was waited for. It is safe for concurrent use.
type api struct {
	mu       sync.Mutex
	under    int // requests under way
	since    time.Time
	waited   time.Duration
	requests int
}

// watch makes a client of the config tell the beginning and the end of every request.
func (a *api) watch(config *rest.Config, err error) (*rest.Config, error) {
	if err != nil {
		return nil, err
	}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return watched{next, a} })
	return config, nil
}

type watched struct {
	next http.RoundTripper
	api  *api
}

// RoundTrip lasts until the answer has been read. A connection that becomes another, for a command, lasts
// as long as the process: little is left to do after the command.
func (w watched) RoundTrip(request *http.Request) (*http.Response, error) {
	w.api.begin()
	response, err := w.next.RoundTrip(request)
	if err != nil {
		w.api.end()
		return response, err
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		return response, nil
	}
	response.Body = &body{ReadCloser: response.Body, end: sync.OnceFunc(w.api.end)}
	return response, nil
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

func (a *api) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.requests++; a.under == 0 {
		a.since = time.Now()
	}
	a.under++
}

func (a *api) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.under--; a.under == 0 {
		a.waited += time.Since(a.since)
	}
}

// write adds what is known to a file, a JSON object on a line.
func (a *api) write(path string, began time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.under > 0 {
		a.waited += time.Since(a.since)
	}
	line, err := json.Marshal(map[string]any{
		"began": float64(began.UnixNano()) / 1e9, "ended": float64(time.Now().UnixNano()) / 1e9,
		"waited": a.waited.Seconds(), "requests": a.requests,
	})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(append(line, '\n'))
	return err
}
