package remote

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
