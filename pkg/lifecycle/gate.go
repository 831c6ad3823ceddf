package lifecycle

import (
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Outcome is the gate's decision about a change of a Helm release.
type Outcome string

const (
	// Allowed lets the change through.
	Allowed Outcome = "allowed"
	// Held refuses the change for now.
	Held Outcome = "held"
	// NotGoverned means that no StyrminDeployment names the release.
	NotGoverned Outcome = "not governed"
)

// Reason says in one word why the gate decided as it did; metrics and logs use it.
type Reason string

const (
	// ReasonEvidence: every pre action of the run succeeded.
	ReasonEvidence Reason = "Evidence"
	// ReasonNoActions: the change needs no pre action and its run is under way.
	ReasonNoActions Reason = "NoActionsNeeded"
	// ReasonRollback: the deployment's policy lets rollbacks through.
	ReasonRollback Reason = "RollbackAllowed"
	// ReasonNotDeclared: no instance of the deployment is this change.
	ReasonNotDeclared Reason = "NotDeclared"
	// ReasonMissing: pre actions have not succeeded.
	ReasonMissing Reason = "ActionsMissing"
	// ReasonSpent: the evidence has served a revision already.
	ReasonSpent Reason = "EvidenceSpent"
	// ReasonAborted: somebody ended the run whose evidence it is.
	ReasonAborted Reason = "RunAborted"
	// ReasonNoRun: the change needs no pre action, but no run of it is under way.
	ReasonNoRun Reason = "NoRun"
	// ReasonNoDeployment: no StyrminDeployment names the release.
	ReasonNoDeployment Reason = "NoDeployment"
	// ReasonOrphaned: a run deployed the release, and its StyrminDeployment is gone.
	ReasonOrphaned Reason = "Orphaned"
	// ReasonBreakGlass: somebody who may do so has opened the gate for a while.
	ReasonBreakGlass Reason = "BreakGlass"
)

// Instance is what the gate needs to know of a frozen instance.
type Instance struct {
	Target
	// Fingerprint is the release that the instance deploys.
	Fingerprint release.Fingerprint
	// Actions are the driver's.
	Actions []v1.Action
}

// Evidence is one attempt of an action as its Job tells.
type Evidence struct {
	Run      string
	Instance string
	Hook     v1.RunHook
	Mode     v1.Mode
	Action   string
	Attempt
	// BaseRevision is the release's newest revision when the Job was created.
	BaseRevision int
}

// World is everything that the gate looks at.
type World struct {
	// Deployment governs the release; nil when none does.
	Deployment *v1.StyrminDeployment
	// Revisions are the release's records before the change, in any order.
	Revisions []release.Record
	// Instances are the deployment's.
	Instances []Instance
	// Evidence are the deployment's Jobs.
	Evidence []Evidence
	// BreakGlass is the one in force; nil when the gate is not open.
	BreakGlass *v1.BreakGlass
}

// MissingAction is a pre action that has not succeeded.
type MissingAction struct {
	Name  string
	State v1.ActionState
}

// Verdict is the gate's decision with everything a message needs.
type Verdict struct {
	Outcome Outcome
	Reason  Reason
	// Deployment is the governing deployment's name.
	Deployment string
	// Run is the run that the verdict rests on; empty when there is none.
	Run string
	// Hook is what the change would have to run.
	Hook v1.RunHook
	// Version is the application version the change moves to, when known.
	Version string
	// Missing lists the pre actions that have not succeeded.
	Missing []MissingAction
	// Warning is for the client although the change is allowed.
	Warning string
	// Waited is how long the gate waited for the missing actions before it held the change.
	Waited time.Duration
}

// Judge decides whether a release record may be created (G1, G2, G6).
// It trusts Evidence; the caller takes only what admission has vouched for.
func Judge(change release.Record, world World) Verdict {
	if world.Deployment == nil {
		return Verdict{Outcome: NotGoverned, Reason: ReasonNoDeployment}
	}
	verdict := judgeGoverned(change, world)
	verdict.Deployment = world.Deployment.Name
	if verdict.Outcome == Held && world.BreakGlass != nil {
		return opened(verdict, world.BreakGlass)
	}
	return verdict
}

func judgeGoverned(change release.Record, world World) Verdict {
	if isRollback(change, world) && world.Deployment.Spec.Gate.Rollback != v1.RollbackHold {
		return Verdict{Outcome: Allowed, Reason: ReasonRollback, Warning: rollbackWarning}
	}
	held := Verdict{Outcome: Held, Reason: ReasonNotDeclared}
	for _, candidate := range matching(change.Fingerprint, world) {
		verdict := judgeInstance(candidate, world)
		if verdict.Outcome == Allowed {
			return verdict
		}
		held = verdict
	}
	return held
}

const rollbackWarning = "styrmin: a rollback restores the Helm release only; what the actions did (migrated data, for one) is not undone"

// isRollback tells a real rollback, back to what a revision of this release
// had and applied, from a record that merely says so.
func isRollback(change release.Record, world World) bool {
	if !change.IsRollback() {
		return false
	}
	for _, revision := range world.Revisions {
		if wentThrough(revision.Status) && revision.Fingerprint == change.Fingerprint && revision.Manifest == change.Manifest {
			return true
		}
	}
	return false
}

// matching lists the instances that are exactly this change, the one of the current run last.
func matching(fingerprint release.Fingerprint, world World) []Instance {
	var others, current []Instance
	for _, instance := range world.Instances {
		if instance.Fingerprint != fingerprint {
			continue
		}
		if run := world.Deployment.Status.Run; run != nil && run.Instance == instance.Instance {
			current = append(current, instance)
			continue
		}
		others = append(others, instance)
	}
	return append(others, current...)
}

// judgeInstance decides for one instance that is the change.
func judgeInstance(candidate Instance, world World) Verdict {
	hook, _ := DecideHook(Deployed(world), candidate.Target)
	verdict := Verdict{Outcome: Held, Hook: hook, Version: candidate.Version}
	needed := Select(candidate.Actions, hook, v1.ModePre)
	if len(needed) == 0 {
		return judgeWithoutActions(verdict, candidate, world)
	}
	return judgeEvidence(verdict, candidate, needed, world)
}

// judgeWithoutActions: nothing had to succeed before, but the change must be
// the one that the current run makes, once.
func judgeWithoutActions(verdict Verdict, candidate Instance, world World) Verdict {
	run := world.Deployment.Status.Run
	if run == nil || run.Instance != candidate.Instance || run.Phase.Over() {
		verdict.Reason = ReasonNoRun
		return verdict
	}
	verdict.Run = run.ID
	if spent(run.BaseRevision, world.Revisions) {
		verdict.Reason = ReasonSpent
		return verdict
	}
	verdict.Outcome, verdict.Reason = Allowed, ReasonNoActions
	return verdict
}

// judgeEvidence looks for a run of the candidate whose pre actions all succeeded
// and whose evidence has not served yet. Held, it reports the newest run.
func judgeEvidence(verdict Verdict, candidate Instance, needed []v1.Action, world World) Verdict {
	verdict.Reason = ReasonMissing
	verdict.Missing = missing(needed, nil)
	for _, run := range runsOf(candidate.Instance, verdict.Hook, world.Evidence, currentRun(world.Deployment)) {
		verdict.Run = run.id
		verdict.Missing = missing(needed, run.newest)
		phase, over := recorded(run.id, world.Deployment)
		switch {
		case phase == v1.RunAborted:
			verdict.Reason, verdict.Missing = ReasonAborted, nil
		case over || spent(run.base, world.Revisions):
			verdict.Reason, verdict.Missing = ReasonSpent, nil
		case len(verdict.Missing) > 0:
			verdict.Reason = ReasonMissing
		default:
			verdict.Outcome, verdict.Reason = Allowed, ReasonEvidence
			return verdict
		}
	}
	return verdict
}

// Deployed finds what is deployed from the release's own records; nil when
// nothing is, an empty Target when somebody else deployed it. When several
// instances have the deployed fingerprint, the recorded active one decides;
// they differ in nothing that Helm would change. It looks at the Deployment,
// the Revisions and the Instances.
func Deployed(world World) *Target {
	deployed := NewestDeployed(world.Revisions)
	if deployed == nil {
		return nil
	}
	var found *Target
	for _, instance := range world.Instances {
		if instance.Fingerprint != deployed.Fingerprint {
			continue
		}
		target := instance.Target
		active := world.Deployment.Status.Active
		if active != nil && active.Instance == instance.Instance {
			return &target
		}
		found = &target
	}
	if found == nil {
		return &Target{} // deployed by somebody else: whatever comes is an upgrade
	}
	return found
}

// spent is true when a change went through after the base revision (G2).
// Failed and pending revisions do not count: a run may try its change again.
func spent(base int, revisions []release.Record) bool {
	for _, revision := range revisions {
		if revision.Revision > base && wentThrough(revision.Status) {
			return true
		}
	}
	return false
}

func currentRun(deployment *v1.StyrminDeployment) string {
	if run := deployment.Status.Run; run != nil {
		return run.ID
	}
	return ""
}

// recorded is how far a run is by the deployment's record, empty when it has
// none, and whether it is over: nothing goes on with a run of the history.
func recorded(id string, deployment *v1.StyrminDeployment) (phase v1.RunPhase, over bool) {
	if run := deployment.Status.Run; run != nil && run.ID == id {
		return run.Phase, run.Phase.Over()
	}
	for _, run := range deployment.Status.History {
		if run.ID == id {
			return run.Phase, true
		}
	}
	return "", false
}

// Aborted is true when the deployment records that somebody ended the run for good.
func Aborted(id string, deployment *v1.StyrminDeployment) bool {
	phase, _ := recorded(id, deployment)
	return phase == v1.RunAborted
}

// missing lists the needed actions whose newest attempt has not succeeded.
func missing(needed []v1.Action, newest map[string]Attempt) []MissingAction {
	var out []MissingAction
	for _, action := range needed {
		attempt, known := newest[action.Name]
		if attempt.State == v1.ActionSucceeded {
			continue
		}
		state := attempt.State
		if !known {
			state = v1.ActionPending
		}
		out = append(out, MissingAction{Name: action.Name, State: state})
	}
	return out
}

// wentThrough is true for a revision that was deployed at some time.
func wentThrough(status string) bool {
	switch status {
	case release.StatusDeployed, release.StatusSuperseded, release.StatusUninstalling, release.StatusUninstalled:
		return true
	}
	return false
}
