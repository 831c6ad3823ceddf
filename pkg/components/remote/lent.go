package remote

import (
	"io"
	"sync"
)

// lent is a caller's writer for as long as a command runs. client-go goes on copying a
// command's output in the background when the context has ended; a checksum that the
// caller takes of it, or what it tells of the end, must not change under its hands.
type lent struct {
	lock   sync.Mutex
	writer io.Writer // nil when it has been taken back
}

func (l *lent) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.writer == nil {
		return 0, io.ErrClosedPipe
	}
	return l.writer.Write(p)
}

// takeBack waits for a write that is under way, and lets none come after it.
func (l *lent) takeBack() {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.writer = nil
}
