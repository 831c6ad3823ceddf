package preview

import (
	"fmt"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/plan"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// Gate says whether changes of a namespace's releases by other clients are held.
func Gate(state engine.GateState, namespace string) string {
	switch {
	case state.Mode == engine.GateUnknown:
		return "unknown: you may not read the namespace's labels"
	case state.Mode == engine.GateOff:
		return fmt.Sprintf("off: other clients' changes are not held; `kubectl styrmin prepare %s` opts in", namespace)
	case state.WithoutWebhook:
		return string(state.Mode) + ", but the webhook is not installed, so nothing is held; a platform admin runs `kubectl styrmin install`"
	case state.Mode == engine.GateEnforced:
		return "enforce: changes of the release are held until the pre actions succeeded"
	default:
		return "warn: changes of the release by other clients are let through with a warning"
	}
}

// gate says what another client's change would meet now.
func (v *view) gate() {
	gate := v.plan.Gate
	v.section("gate: " + Gate(gate.GateState, v.plan.Namespace))
	if gate.WithoutWebhook || gate.Mode != engine.GateEnforced && gate.Mode != engine.GateWarns {
		return
	}
	switch gate.Outcome {
	case lifecycle.NotGoverned:
		v.line("", "  release %s has no StyrminDeployment yet, so nobody's changes of it are held", v.plan.Release)
		return
	case lifecycle.Allowed:
		v.line("", "  `helm upgrade` to exactly this is let through now")
	case lifecycle.Held:
		v.line("", "  `helm upgrade` to exactly this is %s now:", treated(gate.GateState))
		v.line("", "    %s", gate.Message)
	}
	v.line("", "  any other `helm upgrade` is %s; %s", treated(gate.GateState), rollback(gate))
}

func treated(state engine.GateState) string {
	if state.Holds() {
		return "refused"
	}
	return "let through with a warning"
}

func rollback(gate plan.Gate) string {
	if gate.Rollback == v1.RollbackHold {
		return "so is `helm rollback`"
	}
	return "`helm rollback` is let through with a warning"
}

// obstacles says who is at work, and why the plan cannot be carried out now.
func (v *view) obstacles() {
	if lock := v.plan.Lock; lock != nil && !lock.Renewing {
		v.section(fmt.Sprintf("locked by %s since %s", lock.Identity, lock.Since.UTC().Format(time.RFC3339)))
		v.line(amber, "  it shows no sign of life; `%s` takes over when it stays so", v.plan.Verb)
	}
	if len(v.plan.Refused) == 0 {
		return
	}
	v.section(fmt.Sprintf("`%s` would refuse now:", v.plan.Verb))
	for _, why := range v.plan.Refused {
		v.block(red, why)
	}
}
