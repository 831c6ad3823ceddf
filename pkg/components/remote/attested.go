package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/client-go/rest"
	clientremote "k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// ErrCutOff is how a command ends of whose end nothing was heard.
var ErrCutOff = errors.New("the connection to the container ended before the command's result came")

// resultTime is how long a command's result may take when it has closed all its outputs.
// containerd never tells the result of one that has ended without reading its input: it
// goes on writing that to nobody.
const resultTime = 20 * time.Second

// attested is an executor by SPDY that takes a command for well ended only when its node
// said so. client-go's own takes silence for success, so that a connection that breaks, be
// it in the middle of a dump, reads as the end of it.
type attested struct {
	clientremote.Executor
	result *result
}

func newAttested(config *rest.Config, address *url.URL, resultTime time.Duration) (attested, error) {
	dialer, err := newSPDYDialer(config)
	if err != nil {
		return attested{}, err
	}
	transport, err := rest.HTTPWrappersForConfig(config, dialer)
	if err != nil {
		return attested{}, err
	}
	r := &result{patience: resultTime}
	// The protocols in which the node says something in any case.
	executor, err := clientremote.NewSPDYExecutorForProtocols(transport, spdy.NewUpgraderForStreaming(listening{dialer, r}), http.MethodPost, address,
		remotecommand.StreamProtocolV5Name, remotecommand.StreamProtocolV4Name)
	return attested{executor, r}, err
}

// StreamWithContext runs the command, once.
func (e attested) StreamWithContext(ctx context.Context, opts clientremote.StreamOptions) error {
	e.result.hasInput = opts.Stdin != nil
	if err := e.Executor.StreamWithContext(ctx, opts); err != nil {
		return err
	}
	if !e.result.heard.Load() {
		return ErrCutOff
	}
	return nil
}

// result is what becomes of the one that a command is to have.
type result struct {
	// heard is true when anything came by the stream that carries it.
	heard    atomic.Bool
	hasInput bool
	patience time.Duration
	// outputs are those that have not ended.
	outputs atomic.Int32
}

// outputEnded gives the connection up if there is no result a while after the last output.
func (r *result) outputEnded(connection io.Closer) {
	if r.outputs.Add(-1) == 0 && r.hasInput {
		time.AfterFunc(r.patience, func() { _ = connection.Close() })
	}
}

// listening hears what becomes of the result.
type listening struct {
	*spdyDialer
	result *result
}

func (l listening) NewConnection(response *http.Response) (httpstream.Connection, error) {
	connection, err := l.spdyDialer.NewConnection(response)
	if err != nil {
		return nil, err
	}
	return listeningConnection{connection, l.result}, nil
}

type listeningConnection struct {
	httpstream.Connection
	result *result
}

func (c listeningConnection) CreateStream(headers http.Header) (httpstream.Stream, error) {
	stream, err := c.Connection.CreateStream(headers)
	if err != nil {
		return nil, err
	}
	switch headers.Get(corev1.StreamType) {
	case corev1.StreamTypeError:
		return resultStream{stream, c.result}, nil
	case corev1.StreamTypeStdout, corev1.StreamTypeStderr:
		c.result.outputs.Add(1)
		return &outputStream{Stream: stream, ended: func() { c.result.outputEnded(c.Connection) }}, nil
	}
	return stream, nil
}

type resultStream struct {
	httpstream.Stream
	result *result
}

func (s resultStream) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p)
	if n > 0 {
		s.result.heard.Store(true)
	}
	return n, err
}

// outputStream calls ended once, at its end.
type outputStream struct {
	httpstream.Stream
	once  sync.Once
	ended func()
}

func (s *outputStream) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p)
	if err != nil {
		s.once.Do(s.ended)
	}
	return n, err
}
