package engine

import (
	"fmt"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// Expectation is what was found in the cluster, as far as it matters to whoever agreed to a request.
type Expectation struct {
	Hook    v1.RunHook `json:"hook"`
	Changed bool       `json:"changed"`
	Resume  bool       `json:"resume"`
	// Run is the recorded run; empty for none.
	Run string `json:"run"`
	// Revision is the release's newest; 0 for none.
	Revision int `json:"revision"`
	// Instance is the digest of the request's inputs.
	Instance string `json:"instance"`
}

// Expectation is what this request has found.
func (p *Prepared) Expectation() Expectation {
	s := p.Situation
	found := Expectation{Hook: s.Hook, Changed: s.Changed, Resume: s.Resume, Revision: lifecycle.Newest(s.Revisions), Instance: p.Instance.Digest}
	if run := s.Recorded(); run != nil {
		found.Run = run.ID
	}
	return found
}

// stillAgreed refuses to do something else than what was shown to whoever agreed
// to it: while they were thinking, others may have been at work. A run that this
// request has begun itself is what they agreed to.
func (p *Prepared) stillAgreed(shown Expectation) error {
	if p.Detached != nil {
		shown = p.Detached.Expected
	}
	if p.underWay != "" || !p.Agreed && p.Detached == nil || p.Expectation() == shown || p.Situation.Resume && p.Detached.Sent(p.Situation.Recorded()) {
		return nil
	}
	return &RefusedError{
		What: fmt.Sprintf("StyrminDeployment %s/%s or its Helm release was changed by somebody else since the plan was shown", p.Desired.Namespace, p.Desired.Name),
		Next: "No run was started. Run the same command again: it shows what there is to do now.",
	}
}

// stillUnderWay refuses to begin another run than the one that the engine had
// under way before the cluster failed: meanwhile, others may have been at work.
func (p *Prepared) stillUnderWay() error {
	run := p.Situation.Recorded()
	switch {
	case p.underWay == "":
		return nil
	case run == nil || run.ID != p.underWay:
		return &RefusedError{
			What: fmt.Sprintf("run %s of StyrminDeployment %s/%s has made way for another one while the cluster failed", p.underWay, p.Desired.Namespace, p.Desired.Name),
			Next: fmt.Sprintf("No run was started. `kubectl styrmin status %s -n %s` shows that one.", p.Desired.Name, p.Desired.Namespace),
		}
	case run.Phase == v1.RunAborted:
		return abortOf(run)
	case run.Phase.Over() || p.Situation.Resume:
		return nil
	default:
		return &RefusedError{
			What: fmt.Sprintf("run %s of StyrminDeployment %s/%s cannot go on: somebody else has changed its Helm release while the cluster failed", run.ID, p.Desired.Namespace, p.Desired.Name),
			Next: "No run was started. Run the same command again to begin one.",
		}
	}
}
