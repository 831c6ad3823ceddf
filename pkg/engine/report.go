package engine

import (
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// EventKind says what happened.
type EventKind string

// What an engine reports.
const (
	// RunStarted: a new run was recorded; the message says in which inputs it differs from the one before, or from what is deployed.
	RunStarted EventKind = "RunStarted"
	// RunResumed: an unfinished run of the same inputs goes on.
	RunResumed EventKind = "RunResumed"
	// ModeStarted: a mode's work begins.
	ModeStarted EventKind = "ModeStarted"
	// ActionSkipped: the action succeeded in this run before.
	ActionSkipped EventKind = "ActionSkipped"
	// ActionStarted: an attempt's Job was created.
	ActionStarted EventKind = "ActionStarted"
	// ActionAdopted: an attempt's Job was under way already.
	ActionAdopted EventKind = "ActionAdopted"
	// ActionSucceeded: the flow completed.
	ActionSucceeded EventKind = "ActionSucceeded"
	// ActionFailed: the flow did not complete.
	ActionFailed EventKind = "ActionFailed"
	// ActionLost: the Job was deleted before its end was seen.
	ActionLost EventKind = "ActionLost"
	// ActionLog: a line that the action printed.
	ActionLog EventKind = "ActionLog"
	// ActionWaiting: the action's pod cannot start yet.
	ActionWaiting EventKind = "ActionWaiting"
	// HelmForgotten: the record of a change that was begun, and on which nobody is at work any more, was deleted.
	HelmForgotten EventKind = "HelmForgotten"
	// HelmStarted: the Helm release is being changed.
	HelmStarted EventKind = "HelmStarted"
	// HelmSkipped: the release is at the run's target already.
	HelmSkipped EventKind = "HelmSkipped"
	// HelmSucceeded: the release was changed and is ready.
	HelmSucceeded EventKind = "HelmSucceeded"
	// HelmChanged: the record shows that the release was changed, not how long it
	// took. An engine at work does not report it; who looks on does.
	HelmChanged EventKind = "HelmChanged"
	// HelmFailed: the change failed.
	HelmFailed EventKind = "HelmFailed"
	// HelmHeld: the gate, or another client at work, held the change.
	HelmHeld EventKind = "HelmHeld"
	// RunPaused: the run stopped where it was asked to.
	RunPaused EventKind = "RunPaused"
	// RunSucceeded: every stage succeeded.
	RunSucceeded EventKind = "RunSucceeded"
	// RunFailed: the run stopped; the same command resumes it.
	RunFailed EventKind = "RunFailed"
	// RunAborted: somebody ended the run for good.
	RunAborted EventKind = "RunAborted"
	// ClusterFailing: the API server does not do what it is asked; the engine tries
	// again for a while.
	ClusterFailing EventKind = "ClusterFailing"
	// EngineStopping: the run was aborted, and the engine at work has not let go of it yet.
	EngineStopping EventKind = "EngineStopping"
	// ActionStopping: the run was aborted, and the action has not ended yet.
	ActionStopping EventKind = "ActionStopping"
)

// Event is one thing that happened in a run.
type Event struct {
	Kind EventKind
	Time time.Time
	// Run is a snapshot of the run.
	Run v1.Run
	// Mode is the mode concerned; empty for the run as a whole.
	Mode v1.Mode
	// Action is the action concerned, if one is.
	Action string
	// Attempt counts from 1.
	Attempt int32
	// Elapsed is how long what ended took.
	Elapsed time.Duration
	// Message is a log line, an error, or a detail.
	Message string
}

// Reporter is told what happens. Report is called from several goroutines.
type Reporter interface {
	Report(Event)
}
