package engine

import (
	"fmt"

	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// stillAgreed refuses to do something else than what was shown to whoever agreed
// to it: while they were thinking, others may have been at work.
func (p *Prepared) stillAgreed(shown Situation) error {
	s := p.Situation
	same := s.Hook == shown.Hook && s.Changed == shown.Changed && s.Resume == shown.Resume &&
		runID(s) == runID(shown) && lifecycle.Newest(s.Revisions) == lifecycle.Newest(shown.Revisions)
	if !p.Agreed || same {
		return nil
	}
	return &RefusedError{
		What: fmt.Sprintf("StyrminDeployment %s/%s or its Helm release was changed by somebody else since the plan was shown", p.Desired.Namespace, p.Desired.Name),
		Next: "No run was started. Run the same command again: it shows what there is to do now.",
	}
}

func runID(s Situation) string {
	if s.Deployment == nil || s.Deployment.Status.Run == nil {
		return ""
	}
	return s.Deployment.Status.Run.ID
}
