package remote

import (
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/moby/spdystream"
	"k8s.io/streaming/pkg/httpstream"
)

const (
	// quiet is after how long in vain we say something, so that nothing in between takes the
	// connection for dead.
	quiet = 20 * time.Second
	// creationTime bounds how long the other side may take to open a stream; it is client-go's.
	creationTime = 30 * time.Second
	// partingTime is how long the end of a connection may take to be told to the other side.
	partingTime = time.Second
)

// connection is one by SPDY, other than client-go's own in two ways.
//
// It does not wait at its end for a reader that may never come back: what was not sent yet,
// such as the rest of a dump for a database that waits for a lock, is given up.
//
// And it pings only when there is nothing to read. A node closes the connection when it has
// written the command's result; what it is sent after that makes TCP throw away all that is
// still on its way to us: the end of a dump, and the result. client-go pings each five
// seconds, which costs who reads more slowly than the node writes just that.
type connection struct {
	spdy *spdystream.Connection
	conn *listener

	lock    sync.Mutex
	streams map[uint32]httpstream.Stream
}

var _ httpstream.Connection = &connection{}

func newConnection(conn net.Conn, quiet time.Duration) (*connection, error) {
	listening := &listener{Conn: conn}
	spdy, err := spdystream.NewConnection(listening, false)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	c := &connection{spdy: spdy, conn: listening, streams: map[uint32]httpstream.Stream{}}
	go spdy.Serve(spdystream.NoOpStreamHandler)
	go c.keepAlive(quiet)
	return c, nil
}

// keepAlive pings when nothing is heard for a while.
func (c *connection) keepAlive(quiet time.Duration) {
	for {
		wait := quiet - c.conn.silence()
		if wait <= 0 {
			_, _ = c.spdy.Ping() // ends with the answer, or with the connection
			wait = quiet
		}
		select {
		case <-c.spdy.CloseChan():
			return
		case <-time.After(wait):
		}
	}
}

// CreateStream implements httpstream.Connection.
func (c *connection) CreateStream(headers http.Header) (httpstream.Stream, error) {
	stream, err := c.spdy.CreateStream(headers, nil, false)
	if err != nil {
		return nil, err
	}
	if err := stream.WaitTimeout(creationTime); err != nil {
		return nil, err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.streams[stream.Identifier()] = stream
	return stream, nil
}

// RemoveStreams implements httpstream.Connection.
func (c *connection) RemoveStreams(streams ...httpstream.Stream) {
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, stream := range streams {
		if stream != nil {
			delete(c.streams, stream.Identifier())
		}
	}
}

// Close implements httpstream.Connection.
func (c *connection) Close() error {
	_ = c.conn.SetWriteDeadline(time.Now().Add(partingTime))
	c.lock.Lock()
	for _, stream := range c.streams {
		_ = stream.Reset()
	}
	clear(c.streams)
	c.lock.Unlock()
	return c.spdy.Close()
}

// CloseChan implements httpstream.Connection.
func (c *connection) CloseChan() <-chan bool { return c.spdy.CloseChan() }

// SetIdleTimeout implements httpstream.Connection.
func (c *connection) SetIdleTimeout(timeout time.Duration) { c.spdy.SetIdleTimeout(timeout) }

// listener knows for how long it has been listening in vain.
type listener struct {
	net.Conn
	// since is when the read began that is not over; nil when nobody reads.
	since atomic.Pointer[time.Time]
}

func (l *listener) Read(p []byte) (int, error) {
	l.since.Store(new(time.Now()))
	defer l.since.Store(nil)
	return l.Conn.Read(p)
}

// silence is for how long there has been nothing to read; 0 while what came is at work.
func (l *listener) silence() time.Duration {
	since := l.since.Load()
	if since == nil {
		return 0
	}
	return time.Since(*since)
}
