package remote

import (
	"io"
	"net"
	"testing"
	"time"
)

// TestQuietConnection: where nothing comes, something is said.
func TestQuietConnection(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	c, err := newConnection(ours, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ping := make([]byte, 12)
	if err := within(t, func() error { _, err := io.ReadFull(theirs, ping); return err }); err != nil || ping[0] != 0x80 || ping[3] != 6 {
		t.Errorf("found % x and the error %v, expected a ping", ping, err)
	}
}

// TestSilence: there is silence while a read waits, and none while what came is at work,
// however long that takes: then the other side may have said its last, and is not to be disturbed.
func TestSilence(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	l := &listener{Conn: ours}
	read := make(chan struct{})
	go func() { defer close(read); _, _ = l.Read(make([]byte, 1)) }()
	for l.silence() == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := theirs.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	<-read
	if found := l.silence(); found != 0 {
		t.Errorf("found a silence of %s while nobody reads", found)
	}
}
