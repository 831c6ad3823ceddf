package progress

import (
	"fmt"
	"strings"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// picture is a run as it is drawn at a moment. Where it is higher than the
// terminal, what is over or due is told by each mode's counts alone.
func (m *model) picture(now time.Time, width, height int) []row {
	rows := m.headings(now)
	height -= len(rows) - 1
	sections := m.sections(now, width)
	if size(sections) > height {
		room := height - size(only(sections, nothing))
		sections = only(sections, busiest(sections, room))
	}
	for _, s := range sections {
		rows = append(rows, s.rows()...)
	}
	if m.ending != "" && m.run.EndedAt == nil {
		rows = append(rows, row{{amber, m.ending}})
	}
	return rows
}

// headings say what runs, how far it is, and what is new about it.
func (m *model) headings(now time.Time) []row {
	rows := []row{m.heading(now)}
	if m.news != "" {
		rows = append(rows, row{{dim, "  " + m.news}})
	}
	return rows
}

// heading says what runs and how far it is.
func (m *model) heading(now time.Time) row {
	end := now
	if m.run.EndedAt != nil {
		end = m.run.EndedAt.Time
	}
	took := since(m.run.StartedAt.Time, end)
	state := []part{{plain, ", " + took + " so far"}}
	switch {
	case m.run.Phase == v1.RunSucceeded:
		state = []part{{green, " succeeded"}, {plain, " in " + took}}
	case m.run.Phase == v1.RunFailed:
		state = []part{{red, " failed"}, {plain, " after " + took}}
	case m.run.Phase == v1.RunAborted:
		state = []part{{red, " aborted"}, {plain, " after " + took}}
	case m.run.PausedAfter != "":
		state = []part{{amber, fmt.Sprintf(" paused after %s", m.run.PausedAfter)}}
	}
	head := append(row{{bold, title(m.run)}}, state...)
	return append(head, part{dim, " (run " + m.run.ID + ")"})
}

// title is what a run does.
func title(run v1.Run) string {
	if run.Hook == v1.RunHookNone {
		return "new parameters at " + run.Version
	}
	return strings.TrimSpace(string(run.Hook) + " " + move(run))
}

// sections are the modes in which there is something to do.
func (m *model) sections(now time.Time, width int) []section {
	var sections []section
	for _, mode := range v1.Modes() {
		s := section{mode: mode}
		if mode == v1.ModeCore && m.helm.state != "" {
			s.items = append(s.items, m.helm.item(now))
		}
		var actions []v1.ActionStatus
		for _, action := range m.run.Actions {
			if action.Mode == mode {
				actions = append(actions, action)
				s.items = append(s.items, m.action(action, now))
			}
		}
		if s.counts = tally(actions); len(s.items) > 0 {
			sections = append(sections, s)
		}
	}
	return align(sections, width)
}
