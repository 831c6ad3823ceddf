package remote

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote/remotetest"
)

// inTheMiddle is cancelled in the middle of a write.
type inTheMiddle struct {
	cancel   context.CancelFunc
	returned chan struct{}
	early    bool
}

func (w *inTheMiddle) Write(p []byte) (int, error) {
	w.cancel()
	select {
	case <-w.returned:
		w.early = true
	case <-time.After(partingTime / 4):
	}
	return len(p), nil
}

// TestCancelledWhileWriting: a command that is cancelled leaves its writers alone when it has ended, so that a
// checksum of its output is one.
func TestCancelledWhileWriting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	pods := podsOf(t, remotetest.Upgraded(3, func(_ httpstream.Connection, streams map[string]httpstream.Stream) {
		_, _ = io.WriteString(streams[corev1.StreamTypeStdout], "INSERT")
		<-t.Context().Done()
	}))
	output := &inTheMiddle{cancel: cancel, returned: make(chan struct{})}
	err := within(t, func() error {
		defer close(output.returned)
		return exec(ctx, pods, nil, output)
	})
	if !errors.Is(err, context.Canceled) || output.early {
		t.Errorf("error %v, returned in the middle of a write: %t; expected that it was cancelled, and waited", err, output.early)
	}
}

// TestTakenBack: what is taken back is not written to.
func TestTakenBack(t *testing.T) {
	l := &lent{writer: io.Discard}
	if n, err := l.Write([]byte("a")); n != 1 || err != nil {
		t.Errorf("wrote %d bytes with the error %v before", n, err)
	}
	l.takeBack()
	if n, err := l.Write([]byte("a")); n != 0 || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("wrote %d bytes with the error %v afterwards, expected none", n, err)
	}
}
