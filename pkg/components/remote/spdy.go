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

const (
	// pingPeriod keeps what is in between from ending a connection by which nothing comes. It is longer than client-go's:
	// what the API server has not read when it closes the connection costs us what it has sent last, the command's result.
	pingPeriod = 25 * time.Second
	// partingTime is how long the end of a connection may take to be told to the other side.
	partingTime = time.Second
)

// spdyDialer upgrades one request to SPDY, other than client-go's own within bounds: that
// one heeds no context while it waits for the answer, and when the other side does not read
// any more, it waits with the end of the connection until it does.
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
	connection, err := spdy.NewClientConnectionWithPings(d.conn, pingPeriod)
	if err != nil {
		return nil, err
	}
	return partingConnection{connection, d.conn}, nil
}

// partingConnection does not wait at its end for a reader that may never come back: what
// was not sent yet, such as the rest of a dump for a database that waits for a lock, is given up.
type partingConnection struct {
	httpstream.Connection
	conn net.Conn
}

func (c partingConnection) Close() error {
	_ = c.conn.SetWriteDeadline(time.Now().Add(partingTime))
	return c.Connection.Close()
}
