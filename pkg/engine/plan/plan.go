// Package plan tells what an engine would do with a request, and changes nothing.
package plan

import (
	"context"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// Plan is what Do would do with a request. No value of a parameter is in it, and
// none of a Secret. Its JSON form is the output of `plan -o json`; docs/cli.md
// documents it.
type Plan struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Release   string `json:"release"`
	// Verb carries the plan out.
	Verb engine.Verb `json:"verb"`
	// Changes is true when anything in the cluster would change.
	Changes bool `json:"changes"`
	// Hook is what would run; RunHookNone also when nothing would.
	Hook v1.RunHook `json:"hook"`
	// Why lists the reasons for the run; none when there would be no run.
	Why []lifecycle.Cause `json:"why"`
	// Version is the application's, as it is deployed and as it shall be.
	Version Move `json:"version"`
	// Driver is what brings the actions.
	Driver Driver `json:"driver"`
	// Inputs names what differs from the inputs of what is deployed. It is empty
	// when nothing is, or when somebody else deployed it: those inputs are not known.
	Inputs instance.Changes `json:"inputs"`
	// Deployment is what becomes of the StyrminDeployment.
	Deployment Deployment `json:"deployment"`
	// Run is an earlier run that has not succeeded and matters to this one; nil when there is none.
	Run *Run `json:"run"`
	// Modes are the stages of the run in their order; none when there would be no run.
	Modes []Mode `json:"modes"`
	// Helm is the change of the release; nil when there would be none.
	Helm *Helm `json:"helm"`
	// Forgets is a pending revision of the release whose record is deleted first; 0 for none.
	Forgets int `json:"forgets"`
	// Gate says what other clients' changes of the release meet now.
	Gate Gate `json:"gate"`
	// Lock is held by an engine; nil when it is free.
	Lock *lock.Holder `json:"lock"`
	// Refused says why the verb would refuse to do it now; empty when it would not.
	Refused []string `json:"refused"`
}

// Move is how something is now and how it would be; From is empty when that is not known.
type Move struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Driver is the driver of a plan.
type Driver struct {
	Name string `json:"name"`
	// Version is the driver's own.
	Version Move `json:"version"`
	// Register is true when the driver in the cluster would be replaced by the given one, or made.
	Register bool `json:"register"`
}

// Deployment is what becomes of the StyrminDeployment.
type Deployment struct {
	// Exists is false for one that would be created.
	Exists bool `json:"exists"`
	// Changes are paths of fields, such as spec.parameters.replicas, that would change.
	Changes []string `json:"changes"`
}

// Run is an earlier run that has not succeeded.
type Run struct {
	ID      string      `json:"id"`
	Hook    v1.RunHook  `json:"hook"`
	Phase   v1.RunPhase `json:"phase"`
	Version string      `json:"version"`
	// Resumption says whether the run would go on, would begin anew, or why it would not.
	Resumption lifecycle.Resumption `json:"resumption"`
	// Inputs names what differs from the run's inputs when they are others.
	Inputs instance.Changes `json:"inputs"`
}

// Mode is one mode of the run. Its actions run in parallel.
type Mode struct {
	Mode v1.Mode `json:"mode"`
	// Later is true for a mode that is not reached, because the run shall stop before.
	Later bool `json:"later"`
	// Helm is what becomes of the change of the release, which comes before the
	// mode's actions; empty in a mode that does not change it.
	Helm    lifecycle.Fate `json:"helm"`
	Actions []Action       `json:"actions"`
}

// Action is what becomes of one action.
type Action struct {
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Fate        lifecycle.Fate `json:"fate"`
	// Attempt is the one that would run, that is under way, or that succeeded.
	Attempt int32 `json:"attempt"`
	// State is that of the newest attempt so far.
	State v1.ActionState `json:"state"`
}

// Helm is the change of the Helm release.
type Helm struct {
	// InAction is true when a core action of the driver says when the release is changed.
	InAction bool `json:"inAction"`
	// Install is true when there is no release to upgrade.
	Install bool `json:"install"`
	// Chart is its name, ChartVersion the chart's version now and then.
	Chart        string `json:"chart"`
	ChartVersion Move   `json:"chartVersion"`
	// Deployed is the revision that is deployed, 0 for none; Revision is the new one.
	Deployed int `json:"deployed"`
	Revision int `json:"revision"`
	// Objects are those that differ between the deployed revision and the new one,
	// hooks included.
	Objects []helm.ObjectChange `json:"objects"`
	// Hooks are the chart's objects that Helm runs with this change.
	Hooks []helm.Hook `json:"hooks"`
	// Definitions are the CustomResourceDefinitions that Helm makes when they are missing.
	Definitions []string `json:"definitions"`
	// Unforeseen is why the change may be another one than Objects say.
	Unforeseen []helm.Unforeseen `json:"unforeseen"`
}

// Gate is what changes of the release by other clients meet now.
type Gate struct {
	engine.GateState
	// Outcome, Reason and Message are the gate's verdict about another client that
	// makes exactly the planned change. Whether a change that is to be held is
	// refused, let through with a warning, or not even looked at, engine.GateState says.
	Outcome lifecycle.Outcome `json:"outcome"`
	Reason  lifecycle.Reason  `json:"reason"`
	Message string            `json:"message"`
	// Rollback says whether a rollback is let through.
	Rollback v1.RollbackPolicy `json:"rollback"`
}

// Make finds out what the engine would do with what was prepared. It changes nothing,
// and takes no lock. It returns an error of the cluster, or of Helm's rendering.
func Make(ctx context.Context, e *engine.Engine, p *engine.Prepared) (*Plan, error) {
	planner := planner{p}
	found, err := finder{planner, e}.find(ctx)
	if err != nil {
		return nil, err
	}
	return planner.plan(found)
}
