// Package progress shows a run: on a terminal as a picture that is drawn over and
// over, elsewhere line by line, for programs as a stream of JSON.
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
	// Command is the command that goes on with the run; empty for who only looks on.
	Command string
}

// Lines shows a run line by line. Each line says when and of what it tells, so that
// it can be understood alone, as `grep` finds it. It is safe for concurrent use.
type Lines struct {
	options Options

	mu  sync.Mutex
	out io.Writer
}

// New returns a reporter that writes to out.
func New(out io.Writer, options Options) *Lines { return &Lines{out: out, options: options} }

// Report implements engine.Reporter.
func (l *Lines) Report(e engine.Event) {
	e.Message = strings.TrimSpace(Clean(e.Message))
	text := l.text(e)
	if text == "" {
		return
	}
	when := e.Time
	if when.IsZero() {
		when = time.Now()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.SplitSeq(text, "\n") {
		_, _ = fmt.Fprintf(l.out, "%s %s%s\n", l.paint(dim, when.UTC().Format("15:04:05Z")), l.subject(e), line)
	}
}

// subject is what a line tells of.
func (l *Lines) subject(e engine.Event) string {
	name := e.Action
	if name == "" && strings.HasPrefix(string(e.Kind), "Helm") {
		name = "helm"
	}
	switch {
	case name != "" && e.Kind == engine.ActionLog:
		return fmt.Sprintf("%s %s │ ", e.Mode, name)
	case name != "":
		return strings.TrimPrefix(fmt.Sprintf("%s %s: ", e.Mode, name), " ")
	case e.Kind == engine.ModeStarted:
		return l.paint(bold, string(e.Mode)) + ": "
	default:
		return l.paint(bold, "run "+e.Run.ID) + ": "
	}
}

func (l *Lines) text(e engine.Event) string {
	switch {
	case e.Action != "":
		return l.action(e)
	case strings.HasPrefix(string(e.Kind), "Helm"):
		return l.helm(e)
	case e.Kind == engine.ModeStarted:
		return "begins"
	default:
		return l.run(e)
	}
}

// run is what became of the run as a whole.
func (l *Lines) run(e engine.Event) string {
	switch e.Kind {
	case engine.RunStarted:
		return aim(e.Run) + behind("; ", e.Message)
	case engine.RunResumed:
		return "resumed: " + aim(e.Run)
	case engine.RunPaused:
		text := l.paint(amber, fmt.Sprintf("paused after %s", e.Mode))
		if l.options.Command != "" {
			text += "; go on with: " + l.options.Command
		}
		return text
	case engine.RunSucceeded:
		return l.paint(green, "succeeded") + " in " + round(e.Elapsed)
	case engine.RunFailed:
		return l.failed(e)
	case engine.RunAborted:
		return l.paint(red, e.Message)
	case engine.ClusterFailing:
		return l.paint(amber, fmt.Sprintf("the cluster fails: %s; trying again for a while", e.Message))
	case engine.EngineStopping:
		return l.paint(amber, fmt.Sprintf("waiting until its engine, %s, lets go", e.Message))
	default:
		return string(e.Kind) + behind(": ", e.Message)
	}
}

// failed ends a run that did not succeed. Why, only who looks on is told here: who
// began the run gets it as the error.
func (l *Lines) failed(e engine.Event) string {
	where := ""
	if e.Mode != "" {
		where = fmt.Sprintf(" in %s", e.Mode)
	}
	text := l.paint(red, "failed"+where)
	if e.Elapsed > 0 { // one that another run has followed has no end
		text += " after " + round(e.Elapsed)
	}
	if l.options.Command == "" {
		text += behind(": ", e.Message)
	}
	return text
}

// aim is what a run does.
func aim(run v1.Run) string {
	hook := string(run.Hook)
	if run.Hook == v1.RunHookNone {
		hook = "new parameters, no actions"
	}
	return fmt.Sprintf("%s, version %s", hook, move(run))
}

// move is from which version to which a run goes.
func move(run v1.Run) string {
	if run.FromVersion == "" || run.FromVersion == run.Version {
		return run.Version
	}
	return run.FromVersion + " → " + run.Version
}

func (l *Lines) action(e engine.Event) string {
	switch e.Kind {
	case engine.ActionLog:
		return l.paint(dim, e.Message)
	case engine.ActionStarted:
		return "started" + attempt(e)
	case engine.ActionAdopted:
		return "under way already" + attempt(e)
	case engine.ActionSkipped:
		return l.paint(dim, "succeeded before; not run again")
	case engine.ActionWaiting:
		return l.paint(amber, "waits: ") + e.Message
	case engine.ActionStopping:
		return l.paint(amber, "is being stopped: ") + e.Message
	case engine.ActionSucceeded:
		return l.paint(green, "succeeded") + " in " + round(e.Elapsed)
	case engine.ActionLost:
		return l.paint(red, "lost") + attempt(e) + behind(": ", e.Message)
	case engine.ActionFailed:
		return l.paint(red, "failed") + attempt(e) + " after " + round(e.Elapsed) + behind(": ", e.Message)
	default:
		return string(e.Kind) + behind(": ", e.Message)
	}
}

func (l *Lines) helm(e engine.Event) string {
	switch e.Kind {
	case engine.HelmForgotten:
		return l.paint(amber, "forgot "+e.Message) + ", on which nobody is at work any more"
	case engine.HelmStarted:
		return "changing release " + e.Message
	case engine.HelmSkipped:
		return l.paint(dim, "release is there already: "+e.Message)
	case engine.HelmSucceeded:
		return l.paint(green, "ready") + " in " + round(e.Elapsed) + behind(": ", e.Message)
	case engine.HelmChanged:
		return l.paint(green, "changed") + behind(": ", e.Message)
	case engine.HelmHeld:
		return l.paint(amber, "held")
	case engine.HelmFailed:
		return l.paint(red, "failed") + " after " + round(e.Elapsed) + behind(": ", e.Message)
	default:
		return string(e.Kind) + behind(": ", e.Message)
	}
}

func attempt(e engine.Event) string {
	if e.Attempt <= 1 {
		return ""
	}
	return fmt.Sprintf(" (attempt %d)", e.Attempt)
}

func round(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

func (l *Lines) paint(attributes, text string) string {
	return paint(l.options.Color, attributes, text)
}
