package progress

import (
	"fmt"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// section is a mode with its steps.
type section struct {
	mode  v1.Mode
	items []item
	// hidden are how many of the steps that are at work have no room.
	hidden int
	counts string
}

// tally counts actions by their states, the most telling first.
func tally(actions []v1.ActionStatus) string {
	var counts []string
	for _, state := range []v1.ActionState{v1.ActionFailed, v1.ActionLost, v1.ActionRunning, v1.ActionPending, v1.ActionSucceeded} {
		n := 0
		for _, action := range actions {
			if action.State == state {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, strings.ToLower(string(state))))
		}
	}
	return strings.Join(counts, ", ")
}

// align makes the columns of all sections as wide as they need to be, names at
// most as wide as leaves room for what is said of them.
func align(sections []section, width int) []section {
	name, state, elapsed := 0, 0, 0
	for _, s := range sections {
		for _, i := range s.items {
			name, state, elapsed = max(name, columns.StringWidth(i.name)), max(state, len(i.state.text)), max(elapsed, len(i.elapsed))
		}
	}
	name = min(name, max(width*2/5, leastName))
	below := width-name-state-elapsed-len(indent)-2*len(gap) < leastDetail
	for _, s := range sections {
		for n := range s.items {
			i := &s.items[n]
			i.name, i.state.text, i.elapsed = fill(i.name, name), fill(i.state.text, state), fill(i.elapsed, elapsed)
			i.below = below && i.detail.text != ""
		}
	}
	return sections
}

const (
	indent = "  "
	gap    = "  "
	// leastName is the least width of names, leastDetail that of details beside them.
	leastName, leastDetail = 8, 20
)

// rows are a section's lines: the mode with its counts, and its items.
func (s section) rows() []row {
	rows := []row{{{bold, string(s.mode)}, {dim, behind("  ", s.counts)}}}
	for _, i := range s.items {
		rows = append(rows, i.rows()...)
	}
	if s.hidden > 0 {
		rows = append(rows, row{{dim, fmt.Sprintf("%sand %d more at work", indent, s.hidden)}})
	}
	return rows
}

// rows are an item's lines: what is said of it stands below it where there is no
// room beside it.
func (i item) rows() []row {
	head := row{{plain, indent + i.name + gap}, i.state, {plain, gap + i.elapsed}}
	if i.below {
		return []row{head.trim(), {{plain, indent + indent}, i.detail}}
	}
	return []row{append(head, part{plain, gap}, i.detail).trim()}
}

// height is how many rows the item takes.
func (i item) height() int {
	if i.below {
		return 2
	}
	return 1
}
