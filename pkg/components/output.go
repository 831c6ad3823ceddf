package components

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// TailBytes is how much of a command's output is kept; all of it is streamed.
const TailBytes = 16 << 10

// tail keeps the end of what is written to it.
type tail struct {
	buf       []byte
	truncated bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - TailBytes; over > 0 {
		t.truncated = true
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

// String is the tail as valid UTF-8.
func (t *tail) String() string {
	buf := t.buf
	for t.truncated && len(buf) > 0 && !utf8.RuneStart(buf[0]) {
		buf = buf[1:] // the rest of a rune whose start is gone
	}
	return strings.ToValidUTF8(string(buf), "�")
}

// tee writes to all writers that there are.
func tee(writers ...io.Writer) io.Writer {
	present := writers[:0]
	for _, w := range writers {
		if w != nil {
			present = append(present, w)
		}
	}
	return io.MultiWriter(present...)
}

// A lineMatcher holds on to a line of maxLine bytes, and quotes maxQuote of it.
const (
	maxLine  = 64 << 10
	maxQuote = 300
)

// lineMatcher finds the first line that matches, in any of its streams.
type lineMatcher struct {
	pattern *regexp.Regexp
	mu      sync.Mutex
	match   *string
	streams []*lineStream
}

// stream returns a writer that is searched line by line; nil when there is nothing to find.
func (m *lineMatcher) stream() io.Writer {
	if m.pattern == nil {
		return nil
	}
	s := &lineStream{matcher: m}
	m.streams = append(m.streams, s)
	return s
}

// found returns the first match, once everything is written.
func (m *lineMatcher) found() (string, bool) {
	for _, s := range m.streams {
		s.line()
	}
	if m.match == nil {
		return "", false
	}
	return *m.match, true
}

func (m *lineMatcher) look(line []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.match == nil && m.pattern.Match(line) {
		text := string(line[:min(len(line), maxQuote)])
		m.match = &text
	}
}

// lineStream cuts one stream into lines.
type lineStream struct {
	matcher *lineMatcher
	rest    []byte
}

func (s *lineStream) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		s.rest = append(s.rest, p[:i]...)
		s.line()
		p = p[i+1:]
	}
	s.rest = append(s.rest, p...)
	if len(s.rest) > maxLine {
		s.line()
	}
	return n, nil
}

// line ends the current line.
func (s *lineStream) line() {
	if len(s.rest) > 0 {
		s.matcher.look(bytes.TrimSuffix(s.rest, []byte("\r")))
		s.rest = s.rest[:0]
	}
}

// lastLines is the end of a text, n lines at most.
func lastLines(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
