package lifecycle

import (
	"slices"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Stage is one mode of a run: in core the Helm release first, then the actions, all at once.
type Stage struct {
	Mode v1.Mode
	// Helm is true when this stage changes the Helm release: before its actions start,
	// unless InAction says otherwise.
	Helm bool
	// InAction is true when the release is changed as soon as one of the actions asks
	// for it, and when they have succeeded at the latest.
	InAction bool
	// Actions run in parallel.
	Actions []v1.Action
}

// Stages lists the three stages of a hook in their strict order. helmInAction
// lets one of the upgrade hook's core actions say when Helm's turn is; there is no
// such action at setup, nor in a run that consists of nothing but the Helm change.
func Stages(actions []v1.Action, hook v1.RunHook, helmInAction bool) []Stage {
	stages := make([]Stage, 0, len(v1.Modes()))
	for _, mode := range v1.Modes() {
		stage := Stage{Mode: mode, Actions: Select(actions, hook, mode)}
		stage.Helm = mode == v1.ModeCore
		stage.InAction = stage.Helm && helmInAction && hook == v1.RunHookUpgrade
		stages = append(stages, stage)
	}
	return stages
}

// Select returns the actions of one hook and mode.
func Select(actions []v1.Action, hook v1.RunHook, mode v1.Mode) []v1.Action {
	var selected []v1.Action
	for _, action := range actions {
		if string(action.Hook) == string(hook) && action.Mode == mode {
			selected = append(selected, action)
		}
	}
	return selected
}

// Before is true when a mode comes before another in the strict order of modes.
func Before(one, other v1.Mode) bool {
	return slices.Index(v1.Modes(), one) < slices.Index(v1.Modes(), other)
}
