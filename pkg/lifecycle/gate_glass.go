package lifecycle

import (
	"fmt"
	"strings"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// opened lets through what would be held, because somebody broke the glass. A
// change that has its evidence needs no broken glass, and does not come here.
func opened(held Verdict, glass *v1.BreakGlass) Verdict {
	opened := held
	opened.Outcome, opened.Reason, opened.Missing = Allowed, ReasonBreakGlass, nil
	opened.Warning = fmt.Sprintf("styrmin: this change is let through, because %s opened the gate of StyrminDeployment %s until %s (reason: %s); without that it would be held: %s",
		glass.By, held.Deployment, glass.Until.UTC().Format(time.RFC3339), glass.Reason, strings.TrimPrefix(held.why(), "; "))
	return opened
}

// Orphaned judges a change of a release that no StyrminDeployment governs, from
// its records before the change: what a run has deployed stays governed (G1).
// Else to delete the deployment would be a way around its actions.
func Orphaned(revisions []release.Record) Verdict {
	if newest := NewestDeployed(revisions); newest != nil && newest.Labels[v1.LabelRun] != "" {
		return Verdict{Outcome: Held, Reason: ReasonOrphaned, Run: newest.Labels[v1.LabelRun]}
	}
	return Verdict{Outcome: NotGoverned, Reason: ReasonNoDeployment}
}

// Waitable is true for a change that is held for running actions only: a moment
// later their end may let it through.
func (v Verdict) Waitable() bool {
	if v.Outcome != Held || v.Reason != ReasonMissing || v.Run == "" || len(v.Missing) == 0 {
		return false
	}
	for _, missing := range v.Missing {
		if missing.State != v1.ActionRunning {
			return false
		}
	}
	return true
}
