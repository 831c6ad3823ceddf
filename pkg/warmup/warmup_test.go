package warmup

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

const (
	// A real API server gave these answers: one that had just started, and one with our webhook.
	unread = `pods is forbidden: User \"system:serviceaccount:shop:actions\" cannot create resource \"pods\" in API group \"\" in the namespace \"shop\"`
	held   = `admission webhook \"releases.gate.styrmin.io\" denied the request: held by styrmin`
)

// server is an API server that is ready after so many looks, and refuses until then, or for good.
type server struct {
	*httptest.Server
	notReady atomic.Int32
	words    string
	forGood  bool
	asked    atomic.Int32
}

func newServer(t *testing.T, notReady int32, words string, forGood bool) *server {
	t.Helper()
	s := &server{words: words, forGood: forGood}
	s.notReady.Store(notReady)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			s.readyz(w)
			return
		}
		s.pods(t, w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) readyz(w http.ResponseWriter) {
	if s.notReady.Add(-1) >= 0 {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (s *server) pods(t *testing.T, w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if !strings.Contains(string(body), `"name":"one"`) {
		t.Errorf("the request came without its body: %q", body)
	}
	w.Header().Set("Content-Type", "application/json")
	if s.asked.Add(1) == 1 || s.forGood {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"%s"}`, s.words)
		return
	}
	_, _ = w.Write(body)
}

// create creates a pod through the bridge.
func (s *server) create(t *testing.T) error {
	t.Helper()
	config := &rest.Config{Host: s.URL, ContentConfig: rest.ContentConfig{ContentType: "application/json"}}
	ready := readiness(config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return &transport{next: next, ready: ready, lasts: time.Second, pause: time.Millisecond}
	})
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	_, err = kube.CoreV1().Pods("shop").Create(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "one"}}, metav1.CreateOptions{})
	return err
}

func TestBridge(t *testing.T) {
	for name, c := range map[string]struct {
		notReady int32
		words    string
		forGood  bool
		asked    int32
		allowed  bool
	}{
		"roles are being read":              {notReady: 3, words: unread, asked: 2, allowed: true},
		"roles were read in between":        {words: unread, asked: 2, allowed: true},
		"no role allows it":                 {words: unread, forGood: true, asked: 2},
		"the server does not become ready":  {notReady: 1_000_000, words: unread, forGood: true, asked: 1},
		"admission refuses, not the roles":  {words: held, forGood: true, asked: 1},
		"admission refuses while it starts": {notReady: 3, words: held, forGood: true, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, c.notReady, c.words, c.forGood)
			err := s.create(t)
			if asked := s.asked.Load(); asked != c.asked {
				t.Errorf("asked %d times, expected %d", asked, c.asked)
			}
			if c.allowed && err != nil || !c.allowed && !apierrors.IsForbidden(err) {
				t.Errorf("found %v, expected to be allowed: %v", err, c.allowed)
			}
			if !c.allowed && !strings.Contains(err.Error(), strings.ReplaceAll(c.words, `\"`, `"`)) {
				t.Errorf("found %q, expected the server's words", err)
			}
		})
	}
}

func TestBridgeLeavesTheConfigurationAlone(t *testing.T) {
	config := &rest.Config{}
	if Bridge(config).WrapTransport == nil || config.WrapTransport != nil {
		t.Error("expected a changed copy")
	}
}

func TestReadyIsWhoDoesNotSay(t *testing.T) {
	for status, want := range map[int]bool{http.StatusOK: true, http.StatusForbidden: true, http.StatusNotFound: true, http.StatusInternalServerError: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		if found := readiness(&rest.Config{Host: server.URL})(context.Background()); found != want {
			t.Errorf("status %d: ready is %v, expected %v", status, found, want)
		}
		server.Close()
	}
	if readiness(&rest.Config{Host: "http://127.0.0.1:1"})(t.Context()) {
		t.Error("a server that does not answer is not ready")
	}
}
