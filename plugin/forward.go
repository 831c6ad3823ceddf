package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// forward forwards a port of this machine, any for 0, to one of a pod in the system
// namespace, and calls ready with the port once connections are taken. It ends with the
// context, which is no error, or when the pod is lost.
func forward(ctx context.Context, c *clients, pod string, local, remote int, ready func(local int)) error {
	target := c.kube.CoreV1().RESTClient().Post().Namespace(v1.SystemNamespace).Resource("pods").Name(pod).SubResource("portforward").URL()
	dialer, err := dialer(c.config, target)
	if err != nil {
		return err
	}
	listening := make(chan struct{})
	forwarder, err := portforward.NewOnAddressesWithContext(ctx, dialer, []string{"localhost"}, []string{fmt.Sprintf("%d:%d", local, remote)}, listening, io.Discard, io.Discard)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case err = <-ended:
	case <-listening:
		ports, portsErr := forwarder.GetPorts()
		if portsErr != nil {
			return portsErr
		}
		ready(int(ports[0].Local))
		err = <-ended
	}
	switch {
	case ctx.Err() != nil:
		return nil
	case err == nil, errors.Is(err, portforward.ErrLostConnectionToPod):
		return fmt.Errorf("the connection to pod %s/%s was lost; the same command connects to the one that takes its place", v1.SystemNamespace, pod)
	default:
		return fmt.Errorf("forward a port to pod %s/%s: %w", v1.SystemNamespace, pod, err)
	}
}

// dialer connects as kubectl does: by WebSocket, or by SPDY where something in between
// does not speak it.
func dialer(config *rest.Config, target *url.URL) (httpstream.Dialer, error) {
	transport, upgrader, err := spdy.RoundTripperFor(config)
	if err != nil {
		return nil, err
	}
	websocket, err := portforward.NewSPDYOverWebsocketDialer(target, config)
	if err != nil {
		return nil, err
	}
	old := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target)
	return portforward.NewFallbackDialer(websocket, old, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	}), nil
}
