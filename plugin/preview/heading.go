package preview

import (
	"fmt"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// heading says what would run and why.
func (v *view) heading() {
	p := v.plan
	name := p.Namespace + "/" + p.Name
	switch {
	case !p.Changes:
		v.section(fmt.Sprintf("%s: nothing would change", name))
		v.line("", "  version %s is deployed with these inputs", p.Version.To)
		return
	case len(p.Why) == 0:
		v.section(fmt.Sprintf("%s: settings only, no run", name))
		v.line("", "  version %s is deployed with these inputs", p.Version.To)
		return
	}
	v.section(fmt.Sprintf("%s: %s", name, v.aim()))
	for _, cause := range p.Why {
		v.line("", "  %s", v.because(cause))
	}
	for _, line := range p.Inputs.Lines() {
		v.line("", "  %s", line)
	}
	v.abandoned()
}

// aim is what runs, and to which version.
func (v *view) aim() string {
	p := v.plan
	switch {
	case p.Hook == v1.RunHookNone:
		return "the Helm release is changed without actions, version " + p.Version.To
	case p.Version.From == "" || p.Version.From == p.Version.To:
		return fmt.Sprintf("%s, version %s", p.Hook, p.Version.To)
	default:
		return fmt.Sprintf("%s, version %s → %s", p.Hook, p.Version.From, p.Version.To)
	}
}

func (v *view) because(cause lifecycle.Cause) string {
	p := v.plan
	switch cause {
	case lifecycle.CauseNothingDeployed:
		return "because nothing is deployed"
	case lifecycle.CauseDeployedByOthers:
		return "because somebody else deployed what the Helm release is now: it is adopted"
	case lifecycle.CauseVersion:
		return "because the application version changes"
	case lifecycle.CauseDriver:
		return fmt.Sprintf("because the content of driver %s changes; its version: %s", p.Driver.Name, move(p.Driver.Version.From, p.Driver.Version.To))
	case lifecycle.CauseInputs:
		return "because inputs change, the version and the driver do not"
	case lifecycle.CauseUnfinished:
		return "because " + v.unfinished()
	default:
		return "because of " + string(cause)
	}
}

func (v *view) unfinished() string {
	run := v.plan.Run
	switch {
	case run == nil:
		return "a run of these inputs has not succeeded"
	case run.Resumption == lifecycle.BeginsAnew:
		return fmt.Sprintf("run %s of these inputs %s: all of it is done again", run.ID, ended(run.Phase))
	case run.Phase == v1.RunSucceeded:
		return fmt.Sprintf("actions of run %s, which succeeded, shall run once more", run.ID)
	default:
		return fmt.Sprintf("run %s of these inputs %s: it goes on", run.ID, ended(run.Phase))
	}
}

// abandoned says why an unfinished run does not go on.
func (v *view) abandoned() {
	run := v.plan.Run
	if run == nil {
		return
	}
	what := fmt.Sprintf("  run %s (%s to %s), which %s, does not go on: ", run.ID, run.Hook, run.Version, ended(run.Phase))
	switch run.Resumption {
	case lifecycle.OtherInputs:
		v.line(amber, "%sits inputs are others", what)
		for _, line := range run.Inputs.Lines() {
			v.line(amber, "    compared with it, %s", line)
		}
	case lifecycle.ReleaseMoved:
		v.line(amber, "%ssomebody else has changed the Helm release since it began", what)
	}
}

// ended is what became of a run that has not succeeded.
func ended(phase v1.RunPhase) string {
	switch phase {
	case v1.RunFailed:
		return "failed"
	case v1.RunAborted:
		return "was aborted"
	default:
		return "has not ended (" + strings.ToLower(string(phase)) + ")"
	}
}

// move is how something changes.
func move(from, to string) string {
	switch {
	case from == "" || from == to:
		return orDash(to)
	default:
		return from + " → " + orDash(to)
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// record says what is written down before the run begins.
func (v *view) record() {
	p := v.plan
	if p.Driver.Register {
		v.line("", "  driver %s is registered in the cluster", p.Driver.Name)
	}
	switch {
	case !p.Deployment.Exists:
		v.line("", "  StyrminDeployment %s/%s is created", p.Namespace, p.Name)
	case len(p.Deployment.Changes) > 0:
		v.line("", "  StyrminDeployment %s/%s changes: %s", p.Namespace, p.Name, strings.Join(p.Deployment.Changes, ", "))
	}
}
