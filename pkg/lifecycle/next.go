package lifecycle

import v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"

// Attempt is what is known of the newest attempt of one action.
type Attempt struct {
	Number int32
	State  v1.ActionState
}

// State is what was observed of a run.
type State struct {
	Stages []Stage
	// Attempts holds the newest attempt of each action by name; absent means never started.
	Attempts map[string]Attempt
	// Before holds the number of each action's last attempt that had ended when
	// this engine began. A failure up to that number belongs to the past and is
	// tried again; a later one ends the run.
	Before map[string]int32
	// HelmAsked is true while an action under way waits for the change of the release.
	HelmAsked bool
	// HelmDone is true once the release is at the run's target.
	HelmDone bool
	// HelmFailed is true once this engine's change of the release failed.
	HelmFailed bool
	// Aborted is true once somebody ended the run for good.
	Aborted bool
}

// Start is an attempt to be started.
type Start struct {
	Action  v1.Action
	Attempt int32
}

// Decision is what to do next. Exactly one of these holds: Done, Failed, Aborted,
// Helm, or there is something to start or to wait for.
type Decision struct {
	// Mode is the stage that the run is in; empty when done or aborted.
	Mode v1.Mode
	// Start lists attempts to start now.
	Start []Start
	// Running lists actions that are under way.
	Running []string
	// Helm asks for the change of the release.
	Helm bool
	// Done means that every stage succeeded.
	Done bool
	// Failed means that the run stops here.
	Failed bool
	// FailedActions lists the actions that failed; empty when Helm did.
	FailedActions []string
	// Aborted means that the engine lets go of the run at once; who aborted it
	// stops what is still at work.
	Aborted bool
}

// Next decides what to do in a state. It never starts work of a stage before
// all earlier stages succeeded (E1), never starts an action that succeeded or
// is running (E2), and starts nothing more in a stage where an action failed, nor
// in a run that was aborted.
func Next(s State) Decision {
	if s.Aborted {
		return Decision{Aborted: true}
	}
	for _, stage := range s.Stages {
		due := stage.Helm && !s.HelmDone
		if due && !stage.InAction {
			return Decision{Mode: stage.Mode, Helm: !s.HelmFailed, Failed: s.HelmFailed}
		}
		decision := nextInStage(s, stage)
		if due {
			decision = nextWithHelm(s, decision)
		}
		if decision.Helm || decision.Failed || len(decision.Start)+len(decision.Running) > 0 {
			return decision
		}
	}
	return Decision{Done: true}
}

// nextWithHelm adds Helm's turn to what is next in a stage that changes the release
// while its actions run. Who waits for the change is under way already, so it is made
// also when another action has failed.
func nextWithHelm(s State, d Decision) Decision {
	switch {
	case s.HelmFailed:
		d.Start, d.Failed = nil, len(d.Running) == 0
	case s.HelmAsked, !d.Failed && len(d.Start)+len(d.Running) == 0:
		return Decision{Mode: d.Mode, Helm: true}
	}
	return d
}

// nextInStage looks at the actions of one stage. A decision without anything to
// start or to wait for means that the stage succeeded.
func nextInStage(s State, stage Stage) Decision {
	d := Decision{Mode: stage.Mode}
	for _, action := range stage.Actions {
		attempt := s.Attempts[action.Name]
		switch attempt.State {
		case v1.ActionSucceeded:
		case v1.ActionRunning:
			d.Running = append(d.Running, action.Name)
		case v1.ActionFailed, v1.ActionLost:
			if attempt.Number > s.Before[action.Name] {
				d.FailedActions = append(d.FailedActions, action.Name)
				continue
			}
			d.Start = append(d.Start, Start{Action: action, Attempt: attempt.Number + 1})
		default:
			d.Start = append(d.Start, Start{Action: action, Attempt: attempt.Number + 1})
		}
	}
	if len(d.FailedActions) > 0 {
		d.Start = nil
		d.Failed = len(d.Running) == 0
	}
	return d
}
