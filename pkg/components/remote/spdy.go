package remote

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"
)

// spdyDialer upgrades one request to SPDY. Other than client-go's own it heeds the context
// while it waits for the answer.
type spdyDialer struct {
	dialer *spdy.SpdyRoundTripper
	conn   net.Conn
}

func newSPDYDialer(config *rest.Config) (*spdyDialer, error) {
	tls, err := rest.TLSConfigFor(config)
	if err != nil {
		return nil, err
	}
	proxy := config.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	dialer, err := spdy.NewRoundTripperWithConfig(spdy.RoundTripperConfig{TLS: tls, Proxier: proxy})
	return &spdyDialer{dialer: dialer}, err
}

// RoundTrip sends the request, and keeps the connection by which the answer came.
func (d *spdyDialer) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	req = req.Clone(ctx)
	req.Header.Add(httpstream.HeaderConnection, httpstream.HeaderUpgrade)
	req.Header.Add(httpstream.HeaderUpgrade, spdy.HeaderSpdy31)
	conn, err := d.dialer.Dial(req)
	if err != nil {
		return nil, err
	}
	heed := context.AfterFunc(ctx, func() { _ = conn.Close() })
	response, err := http.ReadResponse(bufio.NewReader(conn), req)
	if !heed() {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	d.conn = conn
	return response, nil
}

// NewConnection is the connection of the last request, which the other side has upgraded.
func (d *spdyDialer) NewConnection(response *http.Response) (httpstream.Connection, error) {
	if response.StatusCode != http.StatusSwitchingProtocols || !strings.EqualFold(response.Header.Get(httpstream.HeaderUpgrade), spdy.HeaderSpdy31) {
		defer d.conn.Close()
		_ = d.conn.SetReadDeadline(time.Now().Add(partingTime))
		return nil, refusal(response)
	}
	return newConnection(d.conn, quiet)
}
