package progress

import (
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// Changes lists what happened between two records of a run, as its engine would
// report it to somebody who looks on. before is nil for who begins to look on.
func Changes(before, after *v1.Run) []engine.Event {
	c := changes{after: after}
	switch {
	case before == nil:
		before = &v1.Run{}
		c.add(engine.Event{Kind: engine.RunStarted, Time: after.StartedAt.Time})
	case before.EndedAt != nil && after.EndedAt == nil:
		c.add(engine.Event{Kind: engine.RunResumed})
	}
	for _, mode := range v1.Modes() {
		if reached(after, mode) && !reached(before, mode) {
			c.add(engine.Event{Kind: engine.ModeStarted, Mode: mode})
		}
		if mode == v1.ModeCore && after.Revision > 0 && before.Revision != after.Revision {
			c.add(engine.Event{Kind: engine.HelmChanged, Mode: mode, Message: revision(after.Revision)})
		}
		for _, action := range after.Actions {
			if action.Mode == mode {
				c.action(known(before, action.Name), action)
			}
		}
	}
	c.end(before)
	return c.events
}

// changes collects the events of one run.
type changes struct {
	after  *v1.Run
	events []engine.Event
}

func (c *changes) add(event engine.Event) {
	event.Run = *c.after
	c.events = append(c.events, event)
}

// action adds what became of one action.
func (c *changes) action(before, after v1.ActionStatus) {
	if before.State == after.State && before.Attempt == after.Attempt {
		return
	}
	event := engine.Event{Mode: after.Mode, Action: after.Name, Attempt: after.Attempt, Message: after.Message, Elapsed: between(after.StartedAt, after.EndedAt)}
	event.Time = latest(after.StartedAt, after.EndedAt)
	switch after.State {
	case v1.ActionRunning:
		event.Kind = engine.ActionStarted
	case v1.ActionSucceeded:
		event.Kind = engine.ActionSucceeded
	case v1.ActionFailed:
		event.Kind = engine.ActionFailed
	case v1.ActionLost:
		event.Kind = engine.ActionLost
	default:
		return // due again, and not started yet
	}
	c.add(event)
}

// end adds how the run ended, or that it paused.
func (c *changes) end(before *v1.Run) {
	run := c.after
	event := engine.Event{Elapsed: between(&run.StartedAt, run.EndedAt), Message: run.Message, Time: latest(run.EndedAt)}
	switch {
	case run.PausedAfter != "" && before.PausedAfter == "":
		event.Kind, event.Mode = engine.RunPaused, run.PausedAfter
	case run.Phase == before.Phase:
		return
	case run.Phase == v1.RunSucceeded:
		event.Kind = engine.RunSucceeded
	case run.Phase == v1.RunFailed:
		event.Kind = engine.RunFailed
	case run.Phase == v1.RunAborted:
		event.Kind = engine.RunAborted
	default:
		return
	}
	c.add(event)
}

// reached is true once a run has come to a mode.
func reached(run *v1.Run, mode v1.Mode) bool {
	phases := map[v1.RunPhase]v1.Mode{v1.RunPre: v1.ModePre, v1.RunCore: v1.ModeCore, v1.RunPost: v1.ModePost}
	// A paused run is recorded as being at what comes next, which has not begun.
	if at, underWay := phases[run.Phase]; underWay && run.PausedAfter == "" && position(at) >= position(mode) {
		return true
	}
	if run.Revision > 0 && position(mode) <= position(v1.ModeCore) {
		return true
	}
	return slices.ContainsFunc(run.Actions, func(action v1.ActionStatus) bool {
		return action.Attempt > 0 && position(action.Mode) >= position(mode)
	})
}

func position(mode v1.Mode) int { return slices.Index(v1.Modes(), mode) }

// known is an action's state in a record; an empty one when it has none.
func known(run *v1.Run, name string) v1.ActionStatus {
	for _, action := range run.Actions {
		if action.Name == name {
			return action
		}
	}
	return v1.ActionStatus{}
}

// between is the time from one instant to another; 0 when one of them is not known.
func between(from, to *metav1.Time) time.Duration {
	if from == nil || to == nil {
		return 0
	}
	return to.Sub(from.Time)
}

// latest is the last of some instants that is known; the zero time when none is.
func latest(instants ...*metav1.Time) time.Time {
	var last time.Time
	for _, instant := range instants {
		if instant != nil {
			last = instant.Time
		}
	}
	return last
}

func revision(number int) string { return fmt.Sprintf("revision %d", number) }
