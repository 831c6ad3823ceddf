package webhook

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"
)

// finishingServer serves a handler as the webhook is served, until the context ends.
func finishingServer(t *testing.T, ctx context.Context, handler http.HandlerFunc) (address string, ended chan error) {
	t.Helper()
	secret := certSecret(t)
	served, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = free.Addr().String()
	_ = free.Close()
	server := ctrlwebhook.NewServer(ctrlwebhook.Options{
		Host: "127.0.0.1", Port: free.Addr().(*net.TCPAddr).Port,
		TLSOpts: []func(*tls.Config){func(c *tls.Config) {
			c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &served, nil }
		}},
	})
	finishing{mux: server, serving: ctx}.Register("/decide", handler)
	ended = make(chan error, 1)
	go func() { ended <- server.Start(ctx) }()
	eventually(t, "the server serves", func() bool { return listens(address) })
	return address, ended
}

func listens(address string) bool {
	connection, err := net.Dial("tcp", address)
	if err == nil {
		_ = connection.Close()
	}
	return err == nil
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	if wait.PollUntilContextTimeout(t.Context(), 10*time.Millisecond, time.Minute, true, func(context.Context) (bool, error) { return is(), nil }) != nil {
		t.Fatalf("waited in vain until %s", what)
	}
}

func decide(ctx context.Context, address, query string) (int, error) {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // a test's own
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address+"/decide"+query, nil)
	if err != nil {
		return 0, err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// TestEndingServerDecides: a request that is in flight when the server is told to end is
// decided as ever, and the server waits for it.
func TestEndingServerDecides(t *testing.T) {
	serving, end := context.WithCancel(t.Context())
	defer end()
	arrived, goOn := make(chan struct{}), make(chan struct{})
	address, ended := finishingServer(t, serving, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-goOn
		if r.Context().Err() != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	answered := make(chan int, 1)
	go func() {
		code, err := decide(t.Context(), address, "")
		if err != nil {
			t.Error(err)
		}
		answered <- code
	}()
	<-arrived
	end()
	eventually(t, "the server takes no new connections", func() bool { return !listens(address) })
	close(goOn)
	if code := <-answered; code != http.StatusOK {
		t.Errorf("the answer is %d: the request's context has ended, expected that it is decided", code)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestRequestEnds: with its client, and with the time that the API server has for it.
func TestRequestEnds(t *testing.T) {
	for name, query := range map[string]string{"with its client": "?timeout=30s", "in time": "?timeout=1ms"} {
		t.Run(name, func(t *testing.T) {
			arrived, gone := make(chan struct{}), make(chan struct{})
			address, _ := finishingServer(t, t.Context(), func(_ http.ResponseWriter, r *http.Request) {
				close(arrived)
				<-r.Context().Done()
				close(gone)
			})
			asking, leave := context.WithCancel(t.Context())
			defer leave()
			go func() { _, _ = decide(asking, address, query) }()
			<-arrived
			if name == "with its client" {
				leave()
			}
			<-gone
		})
	}
}

func TestTimeoutOf(t *testing.T) {
	for query, want := range map[string]time.Duration{"?timeout=15s": 15 * time.Second, "": mostTimeout, "?timeout=soon": mostTimeout, "?timeout=-1s": mostTimeout, "?timeout=2h": mostTimeout} {
		r, _ := http.NewRequest(http.MethodPost, "https://webhook/decide"+query, nil)
		if got := timeoutOf(r); got != want {
			t.Errorf("%q: found %s, expected %s", query, got, want)
		}
	}
}
