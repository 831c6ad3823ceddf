package helm

import (
	"fmt"
	"io"
	"log"
	"regexp"
	"strings"
	"sync"
)

// logbook passes Helm's log lines on and remembers the last one that says what a
// wait is waiting for: the error of a wait that ran out of time does not.
type logbook struct {
	debug func(string, ...any)

	mu       sync.Mutex
	notReady string
}

var notReady = regexp.MustCompile(`is not (ready|bound)|does not have|is not established|Job is (failed|not completed)`)

func (l *logbook) printf(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if notReady.MatchString(line) {
		l.mu.Lock()
		l.notReady = line
		l.mu.Unlock()
	}
	l.debug("%s", line)
}

func (l *logbook) lastNotReady() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.notReady
}

// Helm's loader and renderer print warnings to the process's standard logger, and
// offer no way around it. While one of our calls runs, that logger is ours.
var standardLog struct {
	sync.Mutex
	users int
	saved io.Writer
}

// captureStandardLog redirects the standard logger to debug until the function it returns is called.
func captureStandardLog(debug func(string, ...any)) (release func()) {
	standardLog.Lock()
	defer standardLog.Unlock()
	if standardLog.users == 0 {
		standardLog.saved = log.Writer()
		log.SetOutput(lines(debug))
	}
	standardLog.users++
	return sync.OnceFunc(func() {
		standardLog.Lock()
		defer standardLog.Unlock()
		standardLog.users--
		if standardLog.users == 0 {
			log.SetOutput(standardLog.saved)
		}
	})
}

type lines func(string, ...any)

// Write takes one call of the standard logger, which is one line.
func (w lines) Write(p []byte) (int, error) {
	w("%s", strings.TrimRight(string(p), "\n"))
	return len(p), nil
}
