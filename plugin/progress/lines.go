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
	// Command is the command that resumes the run; empty for who only looks on.
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
	l.measure(e.Run)
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
		return l.paint(amber, fmt.Sprintf("paused after %s", e.Mode)) + l.command("; go on with: ")
	case engine.RunSucceeded:
		return l.paint(green, fmt.Sprintf("run %s succeeded", e.Run.ID)) + fmt.Sprintf(" in %s", round(e.Elapsed))
	case engine.RunFailed:
		return l.failed(e)
	case engine.RunAborted:
		return l.paint(red, fmt.Sprintf("run %s was %s", e.Run.ID, e.Message))
	case engine.EngineStopping:
		return l.paint(amber, fmt.Sprintf("waiting until its engine, %s, lets go", e.Message))
	case engine.HelmStarted, engine.HelmSkipped, engine.HelmSucceeded, engine.HelmChanged, engine.HelmFailed, engine.HelmHeld:
		return l.subject("helm") + l.helm(e)
	default:
		return l.subject(e.Action) + l.action(e)
	}
}

// failed ends a run that did not succeed: with the command that resumes it for
// who has one, and else with the reason, which nobody else tells.
func (l *Lines) failed(e engine.Event) string {
	where := ""
	if e.Mode != "" {
		where = fmt.Sprintf(" in %s", e.Mode)
	}
	line := l.paint(red, fmt.Sprintf("run %s failed%s", e.Run.ID, where)) + fmt.Sprintf(" after %s", round(e.Elapsed))
	if l.options.Command == "" {
		return line + ": " + e.Message
	}
	return line + l.command("; resume with: ")
}

// command is the command that goes on, behind some words; empty when none is known.
func (l *Lines) command(words string) string {
	if l.options.Command == "" {
		return ""
	}
	return words + l.options.Command
}

// measure makes all names of a run as wide as the longest.
func (l *Lines) measure(run v1.Run) {
	if l.width > 0 {
		return
	}
	l.width = len("helm")
	for _, action := range run.Actions {
		l.width = max(l.width, len(action.Name))
	}
}

// begin heads a run.
func (l *Lines) begin(e engine.Event) string {
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
	case engine.ActionStopping:
		return l.paint(amber, "is being stopped: "+e.Message)
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
	case engine.HelmChanged:
		return l.paint(green, "changed") + ": " + e.Message
	case engine.HelmHeld:
		return l.paint(amber, "held")
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
