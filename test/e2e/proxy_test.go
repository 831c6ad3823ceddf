package e2e

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// call names a request that changes something: what it does, to which kind of
// object, and how many of the same came before it. It is the same in every run
// of the same command, unlike names and times.
type call struct {
	what string
	nth  int
}

func (c call) String() string { return fmt.Sprintf("%s #%d", c.what, c.nth) }

// proxy stands between a program and the API server.
type proxy struct {
	// kubeconfig is for programs that go through the proxy.
	kubeconfig string
	// close ends the proxy; a request under way is waited for.
	close func()
	// hangUp breaks off every request under way.
	hangUp func()

	mu    sync.Mutex
	count map[string]int
	seen  []call
	// fault is what stands before the API server; nil for nothing.
	fault fault
	// after is told of every changing call when it took effect, before the program hears of it.
	after func(call)
}

// newProxy listens on the loopback interface.
func (s *space) newProxy() *proxy {
	s.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", cluster.kubeconfig)
	if err != nil {
		s.Fatal(err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		s.Fatal(err)
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		s.Fatal(err)
	}
	p := &proxy{count: map[string]int{}}
	reverse := httputil.NewSingleHostReverseProxy(target)
	reverse.Transport, reverse.FlushInterval = transport, -1
	// A program that is killed leaves requests behind: nothing to complain about.
	reverse.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	reverse.ErrorLog = log.New(io.Discard, "", 0)
	server := httptest.NewServer(p.intercept(p.disturb(reverse)))
	p.hangUp = server.CloseClientConnections
	p.close = func() { server.CloseClientConnections(); server.Close() }
	p.kubeconfig = filepath.Join(s.TempDir(), "kubeconfig")
	text := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: x\nclusters: [{name: x, cluster: {server: %q}}]\ncontexts: [{name: x, context: {cluster: x, user: x}}]\nusers: [{name: x, user: {}}]\n", server.URL)
	if err := os.WriteFile(p.kubeconfig, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	return p
}

func (p *proxy) intercept(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := change(r)
		if what == "" {
			next.ServeHTTP(w, r)
			return
		}
		c := p.note(what)
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		if p.after != nil {
			p.after(c)
		}
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func (p *proxy) note(what string) call {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count[what]++
	c := call{what, p.count[what]}
	p.seen = append(p.seen, c)
	return c
}

// calls are those that were seen, in their order.
func (p *proxy) calls() []call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

var apiPath = regexp.MustCompile(`^/(?:api|apis/[^/]+)/[^/]+/(?:namespaces/[^/]+/)?([^/]+)(?:/[^/]+(/[^/]+)?)?$`)

// change says what a request changes; empty for one that only asks.
func change(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || strings.Contains(r.URL.Path, "review") {
		return ""
	}
	if m := apiPath.FindStringSubmatch(r.URL.Path); m != nil {
		return r.Method + " " + m[1] + m[2]
	}
	return r.Method + " " + r.URL.Path
}
