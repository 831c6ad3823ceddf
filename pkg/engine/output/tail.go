package output

import (
	"bufio"
	"io"
	"strings"
	"sync"
)

// What is kept of a pod's output: its end, by lines and by bytes.
const (
	KeptLines = 100
	keptBytes = 16 * 1024
)

// cutMark stands for what came before the end of an output.
const cutMark = "[what came before was not kept]"

// longestLine bounds a line of output; what is longer is cut. The pod's log has it whole.
const longestLine = 8 * 1024

// tail is the end of an output. It is safe for concurrent use.
type tail struct {
	mu    sync.Mutex
	lines []string
	bytes int
	cut   bool
}

// add takes the next line, and lets go of the first ones that are too many.
func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, line)
	t.bytes += len(line) + 1
	for len(t.lines) > KeptLines || t.bytes > keptBytes {
		t.bytes -= len(t.lines[0]) + 1
		t.lines, t.cut = t.lines[1:], true
	}
}

// text is what is kept, ending in a line break unless it is empty.
func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.lines
	if len(lines) == 0 {
		return ""
	}
	if t.cut {
		lines = append([]string{cutMark}, lines...)
	}
	return strings.Join(lines, "\n") + "\n"
}

// last are the last whole lines that fit into a number of bytes.
func (t *tail) last(limit int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	first, size := len(t.lines), 0
	for first > 0 && size+len(t.lines[first-1])+1 <= limit {
		first--
		size += len(t.lines[first]) + 1
	}
	return strings.Join(t.lines[first:], "\n")
}

// eachLine reads an output to its end, line by line, without the line breaks.
// An output that breaks off ends there.
func eachLine(output io.Reader, take func(line string)) {
	reader := bufio.NewReaderSize(output, longestLine)
	for {
		line, long, err := reader.ReadLine()
		if err != nil {
			return
		}
		take(string(line))
		for long && err == nil {
			_, long, err = reader.ReadLine()
		}
	}
}
