package plan

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// findings are what the cluster says beside the situation.
type findings struct {
	// register is true when the given driver is not the registered one.
	register bool
	// evidence is what the deployment's Jobs say, vouched what they say to the gate.
	evidence, vouched []lifecycle.Evidence
	// helm is the change of the release; nil when there is none.
	helm    *Helm
	gate    engine.GateState
	lock    *lock.Holder
	refused []string
}

// planner puts a plan together from what is prepared and what was found.
type planner struct{ *engine.Prepared }

// plan is a function of what was found.
func (p planner) plan(found findings) (*Plan, error) {
	s := p.Situation
	target, err := p.Instance.ForGate()
	if err != nil {
		return nil, err
	}
	app := p.Instance.Context.App
	plan := &Plan{
		Namespace:  p.Desired.Namespace,
		Name:       p.Desired.Name,
		Release:    p.Desired.ReleaseName(),
		Verb:       p.Verb,
		Hook:       s.Hook,
		Why:        p.why(target.Target),
		Version:    Move{To: app.Version},
		Driver:     Driver{Name: app.Name, Version: Move{To: app.DriverVersion}, Register: found.register},
		Inputs:     unchanged(),
		Deployment: p.plannedDeployment(),
		Run:        p.plannedRun(target),
		Modes:      []Mode{},
		Helm:       found.helm,
		Forgets:    p.ForgetPending,
		Gate:       p.plannedGate(found, target),
		Lock:       found.lock,
		Refused:    append([]string{}, found.refused...),
	}
	p.compare(plan)
	if s.Changed {
		plan.Modes = p.plannedModes(p.state(target, found.evidence))
	}
	plan.Changes = s.Changed || plan.Forgets > 0 || found.register || !plan.Deployment.Exists || len(plan.Deployment.Changes) > 0
	return plan, nil
}

// compare says from what the plan moves. A run that goes on, or begins anew, moves
// from where it began, although the release may be at its target.
func (p planner) compare(plan *Plan) {
	if from := p.Deployed(); from != nil {
		plan.Version.From, plan.Driver.Version.From = from.Context.App.Version, from.Context.App.DriverVersion
		plan.Inputs = instance.Changed(from, p.Instance)
	}
	switch s := p.Situation; {
	case s.Resume:
		plan.Version.From = s.Deployment.Status.Run.FromVersion
	case s.Anew != nil:
		plan.Version.From = s.Anew.FromVersion
	}
}

// unchanged are inputs in which nothing differs, or of which nothing is known.
func unchanged() instance.Changes {
	return instance.Changes{Parameters: []string{}, Config: []string{}, Files: []string{}}
}

func (p planner) why(target lifecycle.Target) []lifecycle.Cause {
	switch causes := lifecycle.Why(p.Situation.Deployed, target); {
	case !p.Situation.Changed:
		return []lifecycle.Cause{}
	case p.Situation.Resume, p.Situation.Anew != nil:
		return []lifecycle.Cause{lifecycle.CauseUnfinished}
	default:
		return causes
	}
}

// plannedRun is the run that goes on, that a new one repeats, or that is left as it is.
func (p planner) plannedRun(target lifecycle.Instance) *Run {
	s := p.Situation
	run := s.Recorded()
	switch {
	case s.Anew != nil:
		return planRun(s.Anew.ID, s.Anew.Hook, s.Anew.Phase, s.Anew.Version, lifecycle.BeginsAnew)
	case run == nil:
		return nil
	case s.Resume:
		return planRun(run.ID, run.Hook, run.Phase, run.Version, lifecycle.Resumes)
	}
	resumption := lifecycle.Resume(run, target, s.Revisions)
	if resumption == lifecycle.NothingToResume {
		return nil
	}
	planned := planRun(run.ID, run.Hook, run.Phase, run.Version, resumption)
	if begun := p.Known(run.Instance); begun != nil {
		planned.Inputs = instance.Changed(begun, p.Instance)
	}
	return planned
}

func planRun(id string, hook v1.RunHook, phase v1.RunPhase, version string, resumption lifecycle.Resumption) *Run {
	return &Run{ID: id, Hook: hook, Phase: phase, Version: version, Resumption: resumption, Inputs: unchanged()}
}

// state is what an engine that begins now would find of the run.
func (p planner) state(target lifecycle.Instance, evidence []lifecycle.Evidence) lifecycle.State {
	s := p.Situation
	state := lifecycle.State{Stages: lifecycle.Stages(p.Driver.Object.Spec.Actions, s.Hook, p.Instance.HelmInAction())}
	if !s.Resume {
		return state
	}
	run := s.Deployment.Status.Run.DeepCopy()
	p.Reopen(run)
	state.Attempts = lifecycle.Observed(*run, evidence)
	state.HelmDone = run.Revision > 0 || lifecycle.ReleaseAt(run.BaseRevision, target, s.Revisions) > 0
	return state
}

func (p planner) plannedModes(state lifecycle.State) []Mode {
	var modes []Mode
	for _, forecast := range lifecycle.Foresee(state) {
		mode := Mode{
			Mode: forecast.Mode, Helm: forecast.Helm, Actions: []Action{},
			Later: p.Until != "" && lifecycle.Before(p.Until, forecast.Mode),
		}
		for _, step := range forecast.Steps {
			mode.Actions = append(mode.Actions, plannedAction(step))
		}
		modes = append(modes, mode)
	}
	return modes
}

func plannedAction(step lifecycle.Step) Action {
	planned := Action{
		Name: step.Action.Name, Description: step.Action.Description,
		Fate: step.Fate, Attempt: step.Known.Number, State: step.Known.State,
	}
	if step.Fate == lifecycle.FateStart || step.Fate == lifecycle.FateRetry {
		planned.Attempt++
	}
	if planned.State == "" {
		planned.State = v1.ActionPending
	}
	return planned
}

// plannedGate judges another client's change that is exactly the planned one. Of
// instances the gate knows those that are stored.
func (p planner) plannedGate(found findings, target lifecycle.Instance) Gate {
	s := p.Situation
	world := lifecycle.World{Deployment: s.Deployment, Revisions: s.Revisions, Evidence: found.vouched}
	for _, stored := range s.Stored {
		if known, err := stored.ForGate(); err == nil {
			world.Instances = append(world.Instances, known)
		}
	}
	verdict := lifecycle.Judge(release.Record{
		Name: p.Desired.ReleaseName(), Namespace: p.Desired.Namespace, Revision: lifecycle.Newest(s.Revisions) + 1,
		Status: release.StatusPendingUpgrade, Fingerprint: target.Fingerprint,
	}, world)
	gate := Gate{GateState: found.gate, Outcome: verdict.Outcome, Reason: verdict.Reason, Rollback: v1.RollbackAllow}
	if s.Deployment != nil && s.Deployment.Spec.Gate.Rollback == v1.RollbackHold {
		gate.Rollback = v1.RollbackHold
	}
	if verdict.Outcome == lifecycle.Held {
		gate.Message = verdict.Message(p.Desired.Namespace)
	}
	return gate
}

func (p planner) plannedDeployment() Deployment {
	if p.Situation.Deployment == nil {
		return Deployment{Changes: []string{}}
	}
	return Deployment{Exists: true, Changes: specChanges(p.Situation.Deployment.Spec, p.Desired.Spec)}
}

// specChanges lists the paths of the fields in which two specs differ. Below a
// parameter and a key of the configuration it names nothing more.
func specChanges(stored, desired v1.StyrminDeploymentSpec) []string {
	paths := []string{}
	var walk func(path string, before, after any, depth int)
	walk = func(path string, before, after any, depth int) {
		if reflect.DeepEqual(before, after) {
			return
		}
		was, wasMapping := before.(map[string]any)
		is, isMapping := after.(map[string]any)
		if depth == 0 || !wasMapping && before != nil || !isMapping && after != nil {
			paths = append(paths, path)
			return
		}
		all := maps.Clone(was)
		if all == nil {
			all = map[string]any{}
		}
		maps.Copy(all, is)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			walk(path+"."+key, was[key], is[key], depth-1)
		}
	}
	const belowSpec = 2
	walk("spec", asMapping(stored), asMapping(desired), belowSpec)
	return paths
}

func asMapping(spec v1.StyrminDeploymentSpec) any {
	data, err := json.Marshal(spec)
	if err != nil {
		return nil
	}
	var mapping any
	if json.Unmarshal(data, &mapping) != nil {
		return nil
	}
	return mapping
}

// changesRelease is true when the run is to change the release, itself or by an action.
func (p planner) changesRelease(state lifecycle.State) bool {
	return p.Situation.Changed && !state.HelmDone
}

// plannedHelm is what is known of the change without the cluster.
func (p planner) plannedHelm() *Helm {
	revisions := p.Revisions()
	planned := &Helm{
		InAction:     p.Instance.HelmInAction() && p.Situation.Hook == v1.RunHookUpgrade,
		Install:      helm.Installs(revisions),
		Chart:        p.Chart.Name,
		ChartVersion: Move{To: p.Chart.Version},
		Revision:     lifecycle.Newest(revisions) + 1,
		Objects:      []helm.ObjectChange{}, Hooks: []helm.Hook{}, Definitions: []string{}, Unforeseen: []helm.Unforeseen{},
	}
	if deployed := lifecycle.NewestDeployed(revisions); deployed != nil {
		planned.Deployed, planned.ChartVersion.From = deployed.Revision, deployed.Fingerprint.Version
	}
	return planned
}
