// Package progress shows a run on a terminal or in a log.
package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// Options sets how a run is shown.
type Options struct {
	// Color uses ANSI escapes.
	Color bool
	// Command is the command that resumes the run.
	Command string
}

// Lines shows a run line by line. It is safe for concurrent use.
type Lines struct {
	options Options

	mu    sync.Mutex
	out   io.Writer
	width int
}

// New returns a reporter that writes to out.
func New(out io.Writer, options Options) *Lines { return &Lines{out: out, options: options} }

// The ANSI attributes of the parts of a line.
const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
	amber = "33"
)

// Report implements engine.Reporter.
func (l *Lines) Report(e engine.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Message = Clean(e.Message)
	if line := l.line(e); line != "" {
		_, _ = fmt.Fprintln(l.out, line)
	}
}

func (l *Lines) line(e engine.Event) string {
	switch e.Kind {
	case engine.RunStarted, engine.RunResumed:
		return l.begin(e)
	case engine.ModeStarted:
		return l.paint(bold, string(e.Mode))
	case engine.RunPaused:
		return l.paint(amber, fmt.Sprintf("paused after %s", e.Mode)) + fmt.Sprintf("; go on with: %s", l.options.Command)
	case engine.RunSucceeded:
		return l.paint(green, fmt.Sprintf("run %s succeeded", e.Run.ID)) + fmt.Sprintf(" in %s", round(e.Elapsed))
	case engine.RunFailed:
		return l.paint(red, fmt.Sprintf("run %s failed in %s", e.Run.ID, e.Mode)) + fmt.Sprintf(" after %s; resume with: %s", round(e.Elapsed), l.options.Command)
	case engine.HelmStarted, engine.HelmSkipped, engine.HelmSucceeded, engine.HelmFailed:
		return l.subject("helm") + l.helm(e)
	default:
		return l.subject(e.Action) + l.action(e)
	}
}

// begin heads a run, and makes all names as wide as the longest.
func (l *Lines) begin(e engine.Event) string {
	l.width = len("helm")
	for _, action := range e.Run.Actions {
		l.width = max(l.width, len(action.Name))
	}
	what := "run"
	if e.Kind == engine.RunResumed {
		what = "resuming run"
	}
	hook := string(e.Run.Hook)
	if e.Run.Hook == v1.RunHookNone {
		hook = "new parameters, no actions"
	}
	to := e.Run.Version
	if e.Run.FromVersion != "" && e.Run.FromVersion != to {
		to = e.Run.FromVersion + " → " + to
	}
	return l.paint(bold, fmt.Sprintf("%s %s: %s, version %s", what, e.Run.ID, hook, to))
}

func (l *Lines) subject(name string) string { return fmt.Sprintf("  %-*s ", l.width, name) }

func (l *Lines) action(e engine.Event) string {
	switch e.Kind {
	case engine.ActionLog:
		return l.paint(dim, "│ "+e.Message)
	case engine.ActionStarted:
		return fmt.Sprintf("started%s", attempt(e))
	case engine.ActionAdopted:
		return fmt.Sprintf("under way already%s", attempt(e))
	case engine.ActionSkipped:
		return l.paint(dim, "succeeded before; not run again")
	case engine.ActionWaiting:
		return l.paint(amber, "waits: "+e.Message)
	case engine.ActionSucceeded:
		return l.paint(green, "succeeded") + fmt.Sprintf(" in %s", round(e.Elapsed))
	case engine.ActionLost:
		return l.paint(red, "lost: ") + e.Message
	case engine.ActionFailed:
		return l.paint(red, "failed") + fmt.Sprintf(" after %s: %s", round(e.Elapsed), l.indent(e.Message))
	default:
		return string(e.Kind) + " " + e.Message
	}
}

func (l *Lines) helm(e engine.Event) string {
	switch e.Kind {
	case engine.HelmStarted:
		return "changing release " + e.Message
	case engine.HelmSkipped:
		return l.paint(dim, "release is there already: "+e.Message)
	case engine.HelmSucceeded:
		return l.paint(green, "ready") + fmt.Sprintf(" in %s: %s", round(e.Elapsed), e.Message)
	default:
		return l.paint(red, "failed") + fmt.Sprintf(" after %s: %s", round(e.Elapsed), l.indent(e.Message))
	}
}

func attempt(e engine.Event) string {
	if e.Attempt <= 1 {
		return ""
	}
	return fmt.Sprintf(" (attempt %d)", e.Attempt)
}

// indent puts a message's further lines below its first.
func (l *Lines) indent(message string) string {
	return strings.ReplaceAll(strings.TrimSpace(message), "\n", "\n"+strings.Repeat(" ", len(l.subject(""))+2))
}

func round(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

func (l *Lines) paint(attributes, text string) string {
	if !l.options.Color {
		return text
	}
	return "\x1b[" + attributes + "m" + text + "\x1b[0m"
}
