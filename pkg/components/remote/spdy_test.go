package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	clientremote "k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote/remotetest"
)

// tooLong is when a test takes something for hanging.
const tooLong = 30 * time.Second

// endless is an input that does not end, and counts what was taken of it.
type endless struct{ taken atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.taken.Add(int64(len(p)))
	return len(p), nil
}

// stuck returns when nothing more is taken: every buffer on the way is full.
func (e *endless) stuck() {
	for before := int64(0); before == 0 || e.taken.Load() != before; time.Sleep(partingTime / 2) {
		before = e.taken.Load()
	}
}

// within fails the test when a command does not end.
func within(t *testing.T, run func() error) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- run() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(tooLong):
		t.Fatal("it hangs")
		return nil
	}
}

// TestUnreadInput: a command that does not read its input, such as a restore for which the database waits
// for a lock, ends when it is cancelled, and when it ends by itself.
func TestUnreadInput(t *testing.T) {
	const well = `{"status":"Success"}`
	for name, test := range map[string]struct {
		cancelled bool
		want      error
	}{
		"cancelled":             {true, context.Canceled},
		"the command has ended": {false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var input endless
			pods := podsOf(t, remotetest.Upgraded(4, func(connection httpstream.Connection, streams map[string]httpstream.Stream) {
				input.stuck()
				if test.cancelled {
					cancel()
				} else {
					_, _ = io.WriteString(streams[corev1.StreamTypeError], well)
					for _, stream := range []string{corev1.StreamTypeError, corev1.StreamTypeStdout, corev1.StreamTypeStderr} {
						_ = streams[stream].Close()
					}
				}
				<-t.Context().Done() // a node that goes away would end the command, too
			}))
			err := within(t, func() error { return exec(ctx, pods, &input, io.Discard) })
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, expected %v", err, test.want)
			}
		})
	}
}

// TestResultMissing: a command that has closed its outputs and has no result, as by a containerd to which
// it left its input, is given up.
func TestResultMissing(t *testing.T) {
	pods := podsOf(t, remotetest.Upgraded(4, func(_ httpstream.Connection, streams map[string]httpstream.Stream) {
		_, _ = io.WriteString(streams[corev1.StreamTypeStderr], "broken")
		_ = streams[corev1.StreamTypeStdout].Close()
		_ = streams[corev1.StreamTypeStderr].Close()
		<-t.Context().Done()
	}))
	var said bytes.Buffer
	executor, err := newAttested(pods.Config, pods.address("database-0", &corev1.PodExecOptions{Command: []string{"psql"}, Stdin: true, Stdout: true, Stderr: true}), time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	err = within(t, func() error {
		return executor.StreamWithContext(t.Context(), clientremote.StreamOptions{Stdin: &endless{}, Stdout: io.Discard, Stderr: &said})
	})
	if !errors.Is(err, ErrCutOff) || said.String() != "broken" {
		t.Errorf("found %q and the error %v, expected that it was given up", &said, err)
	}
}

// TestUnreadInputByWebSocket: so it is where nothing but a WebSocket passes.
func TestUnreadInputByWebSocket(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var input endless
	pods := podsOf(t, func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodPost {
			http.Error(w, "no upgrades here", http.StatusBadGateway)
			return
		}
		upgrader := websocket.Upgrader{Subprotocols: []string{remotecommand.StreamProtocolV5Name}}
		connection, err := upgrader.Upgrade(w, req, nil)
		if err != nil {
			return
		}
		defer connection.Close()
		input.stuck()
		cancel()
		<-t.Context().Done()
	})
	err := within(t, func() error { return exec(ctx, pods, &input, io.Discard) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, expected that it was cancelled", err)
	}
}

// TestSilentServer: a server that takes the request and says nothing is left when the command is cancelled.
func TestSilentServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	pods := podsOf(t, func(http.ResponseWriter, *http.Request) {
		cancel()
		<-t.Context().Done()
	})
	if err := within(t, func() error { return exec(ctx, pods, nil, io.Discard) }); err == nil {
		t.Error("no error, expected that it was cancelled")
	}
}
