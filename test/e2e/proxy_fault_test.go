package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// fault stands between a proxy and the API server: it answers requests itself,
// or passes them on.
type fault func(next http.Handler) http.Handler

// meet puts a fault before the API server for the requests from now on; nil mends it.
func (p *proxy) meet(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

// disturb lets requests meet the fault that is there when they come.
func (p *proxy) disturb(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		f := p.fault
		p.mu.Unlock()
		if f == nil {
			next.ServeHTTP(w, r)
			return
		}
		f(next).ServeHTTP(w, r)
	})
}

// only limits a fault to some requests.
func (f fault) only(meant func(*http.Request) bool) fault {
	return func(next http.Handler) http.Handler {
		faulty := f(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if meant(r) {
				faulty.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func isWatch(r *http.Request) bool { return r.URL.Query().Get("watch") != "" }

func isUpdate(r *http.Request) bool {
	return r.Method == http.MethodPut || r.Method == http.MethodPatch
}

// answers is an API server that refuses, in its own form.
func answers(status metav1.Status) fault {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeStatus(w, status) })
	}
}

func writeStatus(w http.ResponseWriter, status metav1.Status) {
	status.TypeMeta, status.Status = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, metav1.StatusFailure
	w.Header().Set("Content-Type", "application/json")
	if status.Details != nil && status.Details.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(status.Details.RetryAfterSeconds)))
	}
	w.WriteHeader(int(status.Code))
	_ = json.NewEncoder(w).Encode(status)
}

// What an API server says that cannot do what it is asked.
var (
	tooManyRequests = metav1.Status{Code: http.StatusTooManyRequests, Reason: metav1.StatusReasonTooManyRequests,
		Message: "the server has received too many requests and has asked us to try again later", Details: &metav1.StatusDetails{RetryAfterSeconds: 1}}
	internalError = metav1.Status{Code: http.StatusInternalServerError, Reason: metav1.StatusReasonInternalError, Message: "Internal error occurred: etcdserver: leader changed"}
	conflict      = metav1.Status{Code: http.StatusConflict, Reason: metav1.StatusReasonConflict, Message: "the object has been modified; please apply your changes to the latest version and try again"}
	timedOut      = metav1.Status{Code: http.StatusGatewayTimeout, Reason: metav1.StatusReasonTimeout, Message: "Timeout: request did not complete within the allotted timeout"}
)

// timesOut does what it is asked and says, late, that it had no time for it:
// the worst kind of time-out, after which nobody knows what has happened.
func timesOut(after time.Duration) fault {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !isWatch(r) {
				next.ServeHTTP(httptest.NewRecorder(), r)
			}
			select {
			case <-time.After(after):
			case <-r.Context().Done():
			}
			writeStatus(w, timedOut)
		})
	}
}

// cuts breaks every watch off after a while.
func cuts(after time.Duration) fault {
	return fault(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), after)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}).only(isWatch)
}

// listens looks for words in what watches are told, and notes that they came.
func listens(words string, heard func()) fault {
	return fault(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&listening{ResponseWriter: w, words: words, heard: heard}, r)
		})
	}).only(isWatch)
}

type listening struct {
	http.ResponseWriter
	words string
	heard func()
}

func (l *listening) Write(p []byte) (int, error) {
	if strings.Contains(string(p), l.words) {
		l.heard()
	}
	return l.ResponseWriter.Write(p)
}

func (l *listening) Unwrap() http.ResponseWriter { return l.ResponseWriter }
