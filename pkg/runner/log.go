package runner

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// log passes on what several streams write, a whole line at a time.
type log struct {
	to      io.Writer
	mu      sync.Mutex
	streams []*lines
}

// printf writes a line.
func (l *log) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.to, format+"\n", args...)
}

// stream returns a writer whose lines are passed on.
func (l *log) stream() io.Writer {
	s := &lines{log: l}
	l.streams = append(l.streams, s)
	return s
}

// flush passes on last lines that do not end.
func (l *log) flush() {
	for _, s := range l.streams {
		if len(s.rest) > 0 {
			_, _ = s.Write([]byte("\n"))
		}
	}
}

// lines is one stream of a log.
type lines struct {
	log  *log
	rest []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	end := bytes.LastIndexByte(l.rest, '\n') + 1
	if end == 0 && len(l.rest) < components.TailBytes {
		return len(p), nil
	}
	if end == 0 {
		end = len(l.rest)
	}
	l.log.mu.Lock()
	defer l.log.mu.Unlock()
	if _, err := l.log.to.Write(l.rest[:end]); err != nil {
		return 0, err
	}
	l.rest = append(l.rest[:0], l.rest[end:]...)
	return len(p), nil
}
