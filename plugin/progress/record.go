package progress

import (
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// Record is a line of `-o json`. The comments of its fields are the documentation:
// docs/cli.md is generated from them.
type Record struct {
	// Time: when it happened, in UTC by the clock of the machine that the command runs on.
	Time time.Time `json:"time"`
	// Event: what happened; see below.
	Event engine.EventKind `json:"event"`
	// Namespace: the StyrminDeployment's.
	Namespace string `json:"namespace"`
	// Deployment: the StyrminDeployment's name.
	Deployment string `json:"deployment"`
	// Run: the run's ID.
	Run string `json:"run,omitempty"`
	// Hook: `setup`, `upgrade`, or `none` when only parameters change.
	Hook v1.RunHook `json:"hook,omitempty"`
	// FromVersion: the application version before the run.
	FromVersion string `json:"fromVersion,omitempty"`
	// Version: the application version that the run moves to.
	Version string `json:"version,omitempty"`
	// Mode: `pre`, `core` or `post`.
	Mode v1.Mode `json:"mode,omitempty"`
	// Action: the action's name.
	Action string `json:"action,omitempty"`
	// Attempt: the action's attempt; it counts from 1.
	Attempt int32 `json:"attempt,omitempty"`
	// Seconds: how long what ended took.
	Seconds float64 `json:"seconds,omitempty"`
	// Revision: the Helm release's revision that the run made.
	Revision int `json:"revision,omitempty"`
	// Message: an error, a reason, or a line that an action printed.
	Message string `json:"message,omitempty"`
	// Actions: of `RunStarted` and `RunResumed`, the actions of the run in the order of their modes: `name`, `mode`, and the `state` that they are in (`Pending`, `Running`, `Succeeded`, `Failed`, `Lost`).
	Actions []PlannedAction `json:"actions,omitempty"`
	// Diagnostics: of `ProblemsFound`, what is wrong with the driver, as `validate -o json` has it.
	Diagnostics []diagnostic.Linked `json:"diagnostics,omitempty"`
	// Result: of `Ended`, how it ended; see below.
	Result Result `json:"result,omitempty"`
	// ExitCode: of `Ended`, the command's exit code.
	ExitCode *int `json:"exitCode,omitempty"`
}

// PlannedAction is an action of a run that begins or goes on.
type PlannedAction struct {
	Name  string         `json:"name"`
	Mode  v1.Mode        `json:"mode"`
	State v1.ActionState `json:"state"`
}

// What a command tells beside what its engine reports.
const (
	// ProblemsFound: the driver has problems. Errors among them end the command.
	ProblemsFound engine.EventKind = "ProblemsFound"
	// Ended: the command ended. It is the last line, and always there.
	Ended engine.EventKind = "Ended"
)

// Result is how a command ended.
type Result string

// The results of a command.
const (
	// ResultSucceeded: the run succeeded.
	ResultSucceeded Result = "succeeded"
	// ResultUnchanged: there was nothing to do.
	ResultUnchanged Result = "unchanged"
	// ResultPaused: the run stopped where `--until` said.
	ResultPaused Result = "paused"
	// ResultRefused: the input has problems, or does not fit what is in the cluster; no run was started.
	ResultRefused Result = "refused"
	// ResultFailed: the run failed; the same command resumes it.
	ResultFailed Result = "failed"
	// ResultHeld: the change of the Helm release was held; the same command goes on.
	ResultHeld Result = "held"
	// ResultLocked: somebody else drives the deployment.
	ResultLocked Result = "locked"
	// ResultAborted: somebody ended the run for good.
	ResultAborted Result = "aborted"
	// ResultInterrupted: the command was interrupted; the same command resumes the run.
	ResultInterrupted Result = "interrupted"
	// ResultError: the cluster, the disk or the command line is to blame; whether a run goes on, `status` tells.
	ResultError Result = "error"
)
