package components

import (
	"context"
	"net/url"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
)

// stream runs a command in a container and connects its streams. It ends without an
// error when the command is known to have ended well.
//
// It prefers SPDY, other than kubectl, for two reasons. A WebSocket ends at the API server,
// which tells a success when it loses the node in the middle of a command; by SPDY the node
// itself is heard (see attested). And a WebSocket counts as dead when nothing is read for a
// minute, as by a database that builds an index while it is restored. Where something in
// between does not let SPDY pass, the WebSocket has to do.
func (c *Client) stream(ctx context.Context, pod string, command *corev1.PodExecOptions, opts remotecommand.StreamOptions) error {
	address := c.kube.CoreV1().RESTClient().Post().Namespace(c.namespace).Resource("pods").Name(pod).SubResource("exec").
		VersionedParams(command, scheme.ParameterCodec).URL()
	executor, err := c.executor(address)
	if err != nil {
		return err
	}
	return executor.StreamWithContext(ctx, opts)
}

func (c *Client) executor(address *url.URL) (remotecommand.Executor, error) {
	spdy, err := newAttested(c.config, address)
	if err != nil {
		return nil, err
	}
	websocket, err := remotecommand.NewWebSocketExecutor(c.config, "GET", address.String())
	if err != nil {
		return nil, err
	}
	return remotecommand.NewFallbackExecutor(spdy, websocket, httpstream.IsUpgradeFailure)
}
