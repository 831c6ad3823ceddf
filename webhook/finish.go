package webhook

import (
	"context"
	"net/http"
	"time"
)

// mostTimeout is the longest that an API server waits for a webhook.
const mostTimeout = 30 * time.Second

// finishing is a mux whose requests are answered also after the server was told to end.
//
// The server of controller-runtime waits for requests in flight then, but takes their
// context away at once: whatever is still being decided would fail, and a change that
// waits for its last action would be refused. A request ends with its client, or with the
// time that the API server has for it.
type finishing struct {
	mux Mux
	// serving ends when the server is told to end.
	serving context.Context
}

// Register serves a handler at a path.
func (f finishing) Register(path string, handler http.Handler) {
	f.mux.Register(path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), timeoutOf(r))
		defer cancel()
		stop := context.AfterFunc(r.Context(), func() {
			if f.serving.Err() == nil {
				cancel() // nobody waits for an answer
			}
		})
		defer stop()
		handler.ServeHTTP(w, r.WithContext(ctx))
	}))
}

// timeoutOf is how long the API server says that it waits.
func timeoutOf(r *http.Request) time.Duration {
	asked, err := time.ParseDuration(r.URL.Query().Get("timeout"))
	if err != nil || asked <= 0 {
		return mostTimeout
	}
	return min(asked, mostTimeout)
}
