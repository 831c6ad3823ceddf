package lifecycle

import (
	"slices"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Again is what an operator, who knows better, wants to run once more although
// it succeeded in its run. It is the only way past E2.
type Again struct {
	// Actions are names.
	Actions []string
	// From takes all actions of this mode and the later ones; empty takes none.
	From v1.Mode
}

// Asked is true when anything shall run once more.
func (a Again) Asked() bool { return len(a.Actions) > 0 || a.From != "" }

// Means is true for an action that shall run once more.
func (a Again) Means(action v1.ActionStatus) bool {
	later := a.From != "" && !Before(action.Mode, a.From)
	return later || slices.Contains(a.Actions, action.Name)
}

// Reset forgets in the run's record what shall run once more, so that it is due
// again, as a new attempt. The Helm release stays where the run brought it.
func (a Again) Reset(run *v1.Run) {
	for i, action := range run.Actions {
		if action.State == v1.ActionSucceeded && a.Means(action) {
			run.Actions[i] = v1.ActionStatus{Name: action.Name, Mode: action.Mode, State: v1.ActionPending, Attempt: action.Attempt}
		}
	}
}
