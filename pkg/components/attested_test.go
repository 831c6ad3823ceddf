package components

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/client-go/rest"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"
)

// spdyNode answers an exec by SPDY as a node does: it writes to standard output, and ends
// the connection with a result or, when that is empty, without.
func spdyNode(output, result string) http.HandlerFunc {
	return upgraded(3, func(connection httpstream.Connection, streams map[string]httpstream.Stream) {
		_, _ = io.WriteString(streams[corev1.StreamTypeStdout], output)
		if result == "" {
			return
		}
		_, _ = io.WriteString(streams[corev1.StreamTypeError], result)
		for _, s := range streams {
			_ = s.Close()
		}
		<-connection.CloseChan() // the client has heard it
	})
}

// upgraded answers by SPDY once the client has opened so many streams: error, stdout, stderr and, for one with input, stdin.
func upgraded(count int, answer func(httpstream.Connection, map[string]httpstream.Stream)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		protocol, err := httpstream.Handshake(req, w, []string{remotecommand.StreamProtocolV5Name, remotecommand.StreamProtocolV4Name})
		if err != nil || protocol == "" {
			return
		}
		streams := make(chan httpstream.Stream)
		connection := spdy.NewResponseUpgrader().UpgradeResponse(w, req, func(s httpstream.Stream, accepted <-chan struct{}) error {
			go func() { <-accepted; streams <- s }()
			return nil
		})
		defer connection.Close()
		opened := map[string]httpstream.Stream{}
		for range count {
			s := <-streams
			opened[s.Headers().Get(corev1.StreamType)] = s
		}
		answer(connection, opened)
	}
}

func clientOf(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	api := httptest.NewServer(handler)
	t.Cleanup(api.Close)
	c, err := New(&rest.Config{Host: api.URL}, "shop", nil)
	must(t, err)
	return c
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
		"it failed":                          {`{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}`, isCommandError},
		"the connection broke in the middle": {"", func(err error) bool { return errors.Is(err, errCutOff) }},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			err := clientOf(t, spdyNode(half, test.result)).pipe(t.Context(), Result{Pod: "database-0", Command: []string{"postgres"}}, []string{"pg_dump"}, nil, &got)
			if !test.want(err) || got.String() != half {
				t.Errorf("found %q and the error %v", &got, err)
			}
		})
	}
}

// TestFinished: the script of a dump has ended well when its mark came, for by a WebSocket
// a broken connection reads as a success.
func TestFinished(t *testing.T) {
	for name, test := range map[string]struct {
		output, want string
		err          error
	}{
		"whole":                {"COPY orders\n" + finished, "COPY orders\n", nil},
		"nothing but the mark": {finished, "", nil},
		"cut":                  {"COPY orders, and more than the mark has", "COPY orders, and mor", errCutOff},
		"cut in the mark":      {"COPY orders\n" + finished[:len(finished)-1], "COPY orders", errCutOff},
		"nothing":              {"", "", errCutOff},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			c := clientOf(t, spdyNode(test.output, `{"status":"Success"}`))
			err := c.runScript(t.Context(), Result{Pod: "database-0", Command: []string{"postgres"}}, postgres.dump, nil, &got)
			if !errors.Is(err, test.err) || got.String() != test.want {
				t.Errorf("found %q and the error %v, expected %q and %v", &got, err, test.want, test.err)
			}
		})
	}
}

func isCommandError(err error) bool {
	var failed *CommandError
	return errors.As(err, &failed) && strings.Contains(failed.Why, "exit code 3")
}

// TestRefusedStream: what the API server says is final; what something in between says
// makes room for a WebSocket.
func TestRefusedStream(t *testing.T) {
	const forbidden = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"pods \"database-0\" is forbidden: no"}`
	run := func(t *testing.T, handler http.HandlerFunc) (methods []string, err error) {
		c := clientOf(t, func(w http.ResponseWriter, req *http.Request) {
			methods = append(methods, req.Method)
			handler(w, req)
		})
		return methods, c.pipe(t.Context(), Result{Pod: "database-0", Command: []string{"postgres"}}, []string{"pg_dump"}, nil, io.Discard)
	}
	t.Run("by the API server", func(t *testing.T) {
		methods, err := run(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, forbidden)
		})
		if !apierrors.IsForbidden(err) || len(methods) != 1 {
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
		if !apierrors.IsForbidden(err) || len(methods) != 2 || methods[1] != http.MethodGet {
			t.Errorf("found the error %v after %v, expected an attempt by WebSocket, and what the API server says to that", err, methods)
		}
	})
}
