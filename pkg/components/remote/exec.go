// Package remote runs commands in containers, and knows whether they came to their end.
package remote

import (
	"context"
	"io"
	"net/http"
	"net/url"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
)

// Pods are those of a namespace, as an API server tells of them.
type Pods struct {
	Config    *rest.Config
	API       rest.Interface
	Namespace string
}

// Exec runs a command in a container and connects its streams. It ends without an
// error when the command is known to have ended well, and with ErrCutOff when nothing
// was heard of its end. It is safe for concurrent use. When the context ends, it does,
// too; the command may run on. Nothing is written to the streams when it has returned: a write that
// is under way is waited for.
//
// It prefers SPDY, other than kubectl, for two reasons. A WebSocket ends at the API server,
// which tells a success when it loses the node in the middle of a command; by SPDY the node
// itself is heard (see attested). And a WebSocket counts as dead when nothing is read for a
// minute, as by a database that builds an index while it is restored. Where something in
// between does not let SPDY pass, the WebSocket has to do.
func (p Pods) Exec(ctx context.Context, pod string, command *corev1.PodExecOptions, streams remotecommand.StreamOptions) error {
	executor, err := p.executor(p.address(pod, command))
	if err != nil {
		return err
	}
	for _, output := range []*io.Writer{&streams.Stdout, &streams.Stderr} {
		if *output != nil { // no writer has a meaning of its own
			l := &lent{writer: *output}
			defer l.takeBack()
			*output = l
		}
	}
	return executor.StreamWithContext(ctx, streams)
}

func (p Pods) address(pod string, command *corev1.PodExecOptions) *url.URL {
	return p.API.Post().Namespace(p.Namespace).Resource("pods").Name(pod).SubResource("exec").VersionedParams(command, scheme.ParameterCodec).URL()
}

func (p Pods) executor(address *url.URL) (remotecommand.Executor, error) {
	spdy, err := newAttested(p.Config, address, resultTime)
	if err != nil {
		return nil, err
	}
	websocket, err := remotecommand.NewWebSocketExecutor(p.Config, http.MethodGet, address.String())
	if err != nil {
		return nil, err
	}
	return remotecommand.NewFallbackExecutor(spdy, websocket, httpstream.IsUpgradeFailure)
}
