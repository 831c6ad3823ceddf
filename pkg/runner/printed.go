package runner

import (
	"bytes"
	"io"
	"sync"

	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// longestLine bounds how much of a line is kept back until its end comes.
const longestLine = 64 << 10

// stream passes on what an action prints, line by line: without secrets, and with
// a tag that tells the run and the action.
type stream struct {
	to      io.Writer
	tag     string
	secrets secrets

	mu   sync.Mutex
	rest []byte
}

func (r *Runner) stream(to io.Writer, s secrets) *stream {
	tag := ""
	if run := r.Getenv("STYRMIN_RUN"); run != "" {
		tag = jobs.LineTag(run, r.Getenv("STYRMIN_ACTION"))
	}
	return &stream{to: to, tag: tag, secrets: s}
}

// Write takes what comes and passes on the lines that are complete.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, p...)
	for {
		end := bytes.IndexByte(s.rest, '\n')
		if end < 0 && len(s.rest) < longestLine {
			return len(p), nil
		}
		if end < 0 {
			end = len(s.rest) - 1
		}
		if err := s.line(bytes.TrimSuffix(s.rest[:end+1], []byte("\n"))); err != nil {
			return 0, err
		}
		s.rest = append(s.rest[:0], s.rest[end+1:]...)
	}
}

// flush passes on a last line that does not end.
func (s *stream) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rest) > 0 {
		_ = s.line(s.rest)
		s.rest = nil
	}
}

// line writes a line at once, so that those of two streams do not mix.
func (s *stream) line(text []byte) error {
	_, err := io.WriteString(s.to, s.tag+s.secrets.hide(string(text))+"\n")
	return err
}
