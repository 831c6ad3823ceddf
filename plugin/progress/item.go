package progress

import (
	"fmt"
	"strings"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// item is a step of a run: an action, or the change of the Helm release.
type item struct {
	name    string
	state   part
	elapsed string
	// detail is what it does, or what went wrong.
	detail part
	// below is set when the detail stands below the rest.
	below bool
	// rank orders items by how much somebody who looks wants to see them.
	rank rank
}

type rank int

const (
	rankQuiet rank = iota // over, or due
	rankBusy
	rankWaits
	rankFailed
)

// action is an action's item.
func (m *model) action(action v1.ActionStatus, now time.Time) item {
	i := item{name: action.Name, state: part{plain, strings.ToLower(string(action.State))}}
	doing := m.doing(action)
	switch action.State {
	case v1.ActionRunning:
		i.rank, i.detail = rankBusy, part{dim, behind("│ ", doing.log)}
	case v1.ActionSucceeded:
		i.state.attributes = green
	case v1.ActionFailed, v1.ActionLost:
		i.state.attributes, i.rank, i.detail = red, rankFailed, part{plain, oneLine(action.Message)}
	default:
		i.state = part{dim, "pending"}
	}
	if doing.waits != "" && i.rank <= rankBusy && action.State != v1.ActionSucceeded {
		i.rank, i.state, i.detail = rankWaits, part{amber, "waits"}, part{amber, doing.waits}
	}
	if action.Attempt > 1 {
		i.detail.text = strings.TrimSpace(fmt.Sprintf("attempt %d %s", action.Attempt, i.detail.text))
	}
	if action.StartedAt != nil {
		end := now
		if action.EndedAt != nil {
			end = action.EndedAt.Time
		}
		i.elapsed = since(action.StartedAt.Time, end)
	}
	return i
}

// item is the change of the Helm release as an item.
func (s step) item(now time.Time) item {
	i := item{name: "helm", state: part{green, string(s.state)}, detail: part{plain, s.message}}
	if s.elapsed > 0 {
		i.elapsed = clock(s.elapsed)
	}
	switch s.state {
	case helmRunning:
		i.state.attributes, i.rank, i.elapsed = plain, rankBusy, since(s.since, now)
	case helmHeld:
		i.state.attributes, i.rank = amber, rankFailed
	case helmFailed:
		i.state.attributes, i.rank = red, rankFailed
	}
	return i
}

// behind puts words before a text, if there is one.
func behind(words, text string) string {
	if text == "" {
		return ""
	}
	return words + text
}

// since is the time between two instants for people; clocks may differ.
func since(from, to time.Time) string { return clock(max(to.Sub(from), 0)) }

// clock is a time in whole seconds.
func clock(d time.Duration) string { return d.Truncate(time.Second).String() }
