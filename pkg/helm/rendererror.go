package helm

import (
	"fmt"
	"regexp"
	"strings"
)

// Helm's rendering errors say where twice and wrap the template author's own
// message in several layers: keep the place and the message.
var (
	// execution error at (notes/templates/web.yaml:3:4): MESSAGE
	failCall = regexp.MustCompile(`(?s)execution error at \(([^)]+)\): (.*)`)
	// template: notes/templates/web.yaml:3:14: executing "…" at <.Values.a.b>: MESSAGE
	executing = regexp.MustCompile(`(?s)template: (\S+:\d+(?::\d+)?): executing "[^"]*" at (<.*>): (.*)`)
	// parse error at (notes/templates/web.yaml:3): MESSAGE
	parsing = regexp.MustCompile(`(?s)parse error at \(([^)]+)\): (.*)`)
)

func renderError(err error) error {
	return fmt.Errorf("%w: %w", ErrRender, &shortened{message: shorten(err.Error()), err: err})
}

func shorten(message string) string {
	message = strings.TrimSpace(message)
	if m := failCall.FindStringSubmatch(message); m != nil {
		return m[1] + ": " + m[2]
	}
	if m := parsing.FindStringSubmatch(message); m != nil {
		return m[1] + ": " + m[2]
	}
	// The innermost template is the last match: include nests them.
	if i := strings.LastIndex(message, "template: "); i >= 0 {
		if m := executing.FindStringSubmatch(message[i:]); m != nil {
			return fmt.Sprintf("%s: %s at %s", m[1], m[3], m[2])
		}
	}
	return message
}

// shortened says less than the error it stands for, and still is that error.
type shortened struct {
	message string
	err     error
}

func (s *shortened) Error() string { return s.message }
func (s *shortened) Unwrap() error { return s.err }
