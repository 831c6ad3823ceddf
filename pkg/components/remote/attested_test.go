package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	clientexec "k8s.io/client-go/util/exec"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote/remotetest"
)

func podsOf(t *testing.T, handler http.HandlerFunc) Pods {
	t.Helper()
	api := httptest.NewServer(handler)
	t.Cleanup(api.Close)
	config := &rest.Config{Host: api.URL}
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return Pods{Config: config, API: kube.CoreV1().RESTClient(), Namespace: "shop"}
}

func exec(ctx context.Context, pods Pods, stdin io.Reader, stdout io.Writer) error {
	return pods.Exec(ctx, "database-0", &corev1.PodExecOptions{Command: []string{"psql"}, Stdin: stdin != nil, Stdout: true, Stderr: true},
		remotecommand.StreamOptions{Stdin: stdin, Stdout: stdout, Stderr: io.Discard})
}

// TestHeard: a command has ended well when its node says so, and not when the connection
// to it is gone, however much of its output came.
func TestHeard(t *testing.T) {
	const half = "INSERT INTO orders VALUES (1), (2)"
	for name, test := range map[string]struct {
		result string
		want   func(error) bool
	}{
		"it ended well":                      {`{"status":"Success"}`, func(err error) bool { return err == nil }},
		"it failed":                          {`{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}`, exited(3)},
		"the connection broke in the middle": {"", func(err error) bool { return errors.Is(err, ErrCutOff) }},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			err := exec(t.Context(), podsOf(t, remotetest.Node(half, test.result)), nil, &got)
			if !test.want(err) || got.String() != half {
				t.Errorf("found %q and the error %v", &got, err)
			}
		})
	}
}

func exited(code int) func(error) bool {
	return func(err error) bool {
		var exit clientexec.CodeExitError
		return errors.As(err, &exit) && exit.Code == code
	}
}

// isForbidden is true for the API server's own refusal, also by a WebSocket, which wraps it.
func isForbidden(err error) bool {
	var upgrade *httpstream.UpgradeFailureError
	if errors.As(err, &upgrade) {
		err = upgrade.Cause
	}
	return apierrors.IsForbidden(err)
}

// TestRefusedStream: what the API server says is final; what something in between says
// makes room for a WebSocket.
func TestRefusedStream(t *testing.T) {
	const forbidden = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"pods \"database-0\" is forbidden: no"}`
	run := func(t *testing.T, handler http.HandlerFunc) (methods []string, err error) {
		pods := podsOf(t, func(w http.ResponseWriter, req *http.Request) {
			methods = append(methods, req.Method)
			handler(w, req)
		})
		return methods, exec(t.Context(), pods, nil, io.Discard)
	}
	t.Run("by the API server", func(t *testing.T) {
		methods, err := run(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, forbidden)
		})
		if !isForbidden(err) || len(methods) != 1 {
			t.Errorf("found the error %v after %v, expected the refusal, and no second attempt", err, methods)
		}
	})
	t.Run("by something in between", func(t *testing.T) {
		methods, err := run(t, func(w http.ResponseWriter, req *http.Request) {
			if req.Method == http.MethodPost {
				http.Error(w, "<html>no upgrades here</html>", http.StatusBadGateway)
				return
			}
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, forbidden)
		})
		if !isForbidden(err) || len(methods) != 2 || methods[1] != http.MethodGet {
			t.Errorf("found the error %v after %v, expected an attempt by WebSocket, and what the API server says to that", err, methods)
		}
	})
}
