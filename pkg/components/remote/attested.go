package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/client-go/rest"
	clientremote "k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// ErrCutOff is how a command ends of whose end nothing was heard.
var ErrCutOff = errors.New("the connection to the container ended before the command's result came")

// attested is an executor by SPDY that takes a command for well ended only when its node
// said so. client-go's own takes silence for success, so that a connection that breaks, be
// it in the middle of a dump, reads as the end of it.
type attested struct {
	clientremote.Executor
	heard *atomic.Bool
}

func newAttested(config *rest.Config, address *url.URL) (attested, error) {
	dialer, err := newSPDYDialer(config)
	if err != nil {
		return attested{}, err
	}
	transport, err := rest.HTTPWrappersForConfig(config, dialer)
	if err != nil {
		return attested{}, err
	}
	heard := new(atomic.Bool)
	// The protocols in which the node says something in any case.
	executor, err := clientremote.NewSPDYExecutorForProtocols(transport, spdy.NewUpgraderForStreaming(listening{dialer, heard}), http.MethodPost, address,
		remotecommand.StreamProtocolV5Name, remotecommand.StreamProtocolV4Name)
	return attested{executor, heard}, err
}

// StreamWithContext runs the command, once.
func (e attested) StreamWithContext(ctx context.Context, opts clientremote.StreamOptions) error {
	if err := e.Executor.StreamWithContext(ctx, opts); err != nil {
		return err
	}
	if !e.heard.Load() {
		return ErrCutOff
	}
	return nil
}

// listening notes whether anything came by the stream that carries the result.
type listening struct {
	*spdyDialer
	heard *atomic.Bool
}

func (l listening) NewConnection(response *http.Response) (httpstream.Connection, error) {
	connection, err := l.spdyDialer.NewConnection(response)
	if err != nil {
		return nil, err
	}
	return listeningConnection{connection, l.heard}, nil
}

type listeningConnection struct {
	httpstream.Connection
	heard *atomic.Bool
}

func (c listeningConnection) CreateStream(headers http.Header) (httpstream.Stream, error) {
	isResult := headers.Get(corev1.StreamType) == corev1.StreamTypeError
	stream, err := c.Connection.CreateStream(headers)
	if err != nil || !isResult {
		return stream, err
	}
	return resultStream{stream, c.heard}, nil
}

type resultStream struct {
	httpstream.Stream
	heard *atomic.Bool
}

func (s resultStream) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p)
	if n > 0 {
		s.heard.Store(true)
	}
	return n, err
}

// refusal is the API server's own answer, as it says it; another's, which may let a
// WebSocket pass, counts as a failure to speak SPDY.
func refusal(response *http.Response) error {
	var status metav1.Status
	content, err := io.ReadAll(io.LimitReader(response.Body, maxRefusal))
	if err == nil && json.Unmarshal(content, &status) == nil && status.Kind == "Status" {
		return &apierrors.StatusError{ErrStatus: status}
	}
	return &httpstream.UpgradeFailureError{Cause: fmt.Errorf("found %s, expected 101 Switching Protocols", response.Status)}
}

// maxRefusal bounds what is read of a refusal, in bytes.
const maxRefusal = 64 << 10
