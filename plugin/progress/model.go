package progress

import (
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// model is what is known of a run that is drawn: its record, and what no record has.
type model struct {
	run v1.Run
	// actions has what is known of the actions' newest attempts.
	actions map[string]activity
	// helm is the change of the release; its state is empty while nothing is known of it.
	helm step
	// news says in which inputs the run differs from what was before.
	news string
	// ending says what the run waits for: the end of its engine, when somebody aborted it, or a cluster that fails.
	ending string
}

// activity is what an attempt does.
type activity struct {
	attempt int32
	// log is the last line that it printed.
	log string
	// waits is why its pod cannot start.
	waits string
}

// step is the change of the Helm release.
type step struct {
	state   helmState
	since   time.Time
	elapsed time.Duration
	message string
}

// helmState is how far the change of the Helm release is.
type helmState string

const (
	helmRunning helmState = "running"
	helmReady   helmState = "ready"
	helmThere   helmState = "there already"
	helmHeld    helmState = "held"
	helmFailed  helmState = "failed"
)

// take takes an event in.
func (m *model) take(e engine.Event) {
	if e.Run.ID != "" {
		m.show(e.Run)
	}
	switch e.Kind {
	case engine.ActionLog:
		m.note(e, func(a *activity) { a.log, a.waits = oneLine(e.Message), "" })
	case engine.ActionWaiting, engine.ActionStopping:
		m.note(e, func(a *activity) { a.waits = oneLine(e.Message) })
	case engine.HelmStarted:
		m.helm = step{state: helmRunning, since: e.Time, message: oneLine(e.Message)}
	case engine.HelmSkipped:
		m.helm = step{state: helmThere, message: oneLine(e.Message)}
	case engine.HelmSucceeded:
		m.helm = step{state: helmReady, elapsed: e.Elapsed, message: oneLine(e.Message)}
	case engine.HelmHeld:
		m.helm = step{state: helmHeld, message: oneLine(e.Message)}
	case engine.HelmFailed:
		m.helm = step{state: helmFailed, elapsed: e.Elapsed, message: oneLine(e.Message)}
	case engine.ClusterFailing:
		m.ending = "the cluster fails; trying again for a while: " + oneLine(e.Message)
	case engine.RunStarted:
		m.news = oneLine(e.Message)
	case engine.RunResumed:
		m.ending = ""
	case engine.EngineStopping:
		m.ending = "waiting until its engine, " + oneLine(e.Message) + ", lets go"
	}
}

// show takes a run's record in.
func (m *model) show(run v1.Run) {
	m.run = run
	if m.helm.state == "" && run.Revision > 0 {
		m.helm = step{state: helmThere, message: revision(run.Revision)}
	}
}

// note changes what is known of an event's attempt.
func (m *model) note(e engine.Event, change func(*activity)) {
	if m.actions == nil {
		m.actions = map[string]activity{}
	}
	known := m.actions[e.Action]
	if known.attempt != e.Attempt {
		known = activity{attempt: e.Attempt}
	}
	change(&known)
	m.actions[e.Action] = known
}

// doing is what an action's newest attempt does.
func (m *model) doing(action v1.ActionStatus) activity {
	known := m.actions[action.Name]
	if known.attempt != action.Attempt && known.attempt != action.Attempt+1 {
		return activity{}
	}
	return known
}
