package engine_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// blip is a transport on which one call fails: before it reaches the cluster, or,
// worse, after it took effect there.
type blip struct {
	next  http.RoundTripper
	at    int
	after bool

	mu   *sync.Mutex
	seen *int
	met  *string
}

// errReset is what a client sees of an API server that dies, or of a load balancer.
var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// RoundTrip implements http.RoundTripper.
func (b blip) RoundTrip(r *http.Request) (*http.Response, error) {
	meets := b.meets(r)
	if meets && !b.after {
		return nil, errReset
	}
	response, err := b.next.RoundTrip(r)
	if meets && err == nil {
		_ = response.Body.Close()
		return nil, errReset
	}
	return response, err
}

func (b blip) meets(r *http.Request) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !changes(r) {
		return false
	}
	*b.seen++
	if *b.seen == b.at {
		*b.met = r.Method + " " + r.URL.Path
	}
	return *b.seen == b.at
}

// TestEngineOutlastsABlip lets each call of an upgrade that changes something fail
// once, before or after it took effect. From the record of the run on, the engine
// goes on by itself, and nothing happens twice.
func TestEngineOutlastsABlip(t *testing.T) {
	if testing.Short() {
		t.Skip("it makes about a hundred runs")
	}
	t.Parallel()
	sharedCluster(t)
	calls := countCalls(t, engine.VerbUpgrade)
	for _, after := range []bool{false, true} {
		for n := 1; n <= calls; n++ {
			t.Run(fmt.Sprintf("call %d, after: %t", n, after), func(t *testing.T) {
				t.Parallel()
				blipAt(t, n, after)
			})
		}
	}
}

func blipAt(t *testing.T, n int, after bool) {
	t.Helper()
	w, request := faultWorld(t, engine.VerbUpgrade)
	var met string
	events, err := w.doWithBlip(request, n, after, &met)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("failed once: %s\nthe engine: %q\nrelease: %q", met, events.lines(), w.history())
		}
	})
	if err != nil && strings.Contains(strings.Join(events.lines(), "\n"), string(engine.RunStarted)) {
		t.Fatalf("the engine gave its run up: %v", err)
	}
	if err != nil { // no run was recorded
		w.freeLock()
		_, events = w.mustDo(request)
	}
	w.checkActions(request.Desired.Spec.Version)
	w.checkRelease(2 + w.failedRevisions())
}

// failedRevisions counts the changes of the release that the blip has made fail,
// which Helm has recorded: they are made again under the next number.
func (w *world) failedRevisions() int {
	w.t.Helper()
	failed := 0
	for _, record := range w.records() {
		if record.Status == release.StatusFailed {
			failed++
		}
	}
	if failed > 1 {
		w.t.Errorf("%d changes of the release failed", failed)
	}
	return failed
}

// doWithBlip carries a request out with a call that fails.
func (w *world) doWithBlip(request engine.Request, at int, after bool, met *string) (*journal, error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	config := rest.CopyConfig(w.config)
	var mu sync.Mutex
	seen := 0
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return blip{next: next, at: at, after: after, mu: &mu, seen: &seen, met: met}
	})
	e, events := w.engine(config)
	p, err := e.Prepare(ctx, request)
	w.must(err)
	_, err = e.Do(ctx, p)
	return events, err
}
