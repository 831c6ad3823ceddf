package engine

import (
	"fmt"
	"strings"

	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// news says in which inputs a new run differs from an earlier one that has not
// succeeded and does not go on, or else from what is deployed; empty when nothing is
// known of those. No value is in it.
func (p *Prepared) news() string {
	base, than := p.Deployed(), "what is deployed"
	abandons := p.abandons()
	if run := p.Situation.Recorded(); abandons {
		base, than = p.Known(run.Instance), fmt.Sprintf("run %s, which does not go on", run.ID)
	}
	if base == nil {
		return ""
	}
	differences := instance.Changed(base, p.Instance).Lines()
	// The deployed version is told with the hook already.
	if from, to := base.Context.App.Version, p.Instance.Context.App.Version; abandons && from != to {
		differences = append([]string{fmt.Sprintf("the version changes: %s → %s", from, to)}, differences...)
	}
	if len(differences) == 0 {
		return ""
	}
	return fmt.Sprintf("compared with %s, %s", than, strings.Join(differences, "; "))
}

// abandons is true when an earlier run does not go on because its inputs were others.
func (p *Prepared) abandons() bool {
	target, err := p.Instance.ForGate()
	return err == nil && lifecycle.Resume(p.Situation.Recorded(), target, p.Situation.Revisions) == lifecycle.OtherInputs
}
