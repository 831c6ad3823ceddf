package webhook

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// record guards what the gate has let in. Helm changes the status of a record
// and nothing else, and whatever it writes passes here. A record that comes to
// deploy something else would be a rollback to what never was, or would pass one
// version off as another (G1); no client of Helm's does that.
func (r *rules) record(ctx context.Context, req admission.Request) answer {
	stored, _, err := r.decodeRecord(ctx, req.Kind.Kind, req.OldObject.Raw)
	if err != nil {
		return allow("WasUnreadable")
	}
	current, meta, err := r.decodeRecord(ctx, req.Kind.Kind, req.Object.Raw)
	if err == nil && current.SameContent(stored) {
		return allow("SameContent")
	}
	if meta == nil {
		return deny("Malformed", "the object cannot be read", err.Error())
	}
	deployment, findErr := r.governingAny(ctx, r.homes(ctx, req.Namespace, stored), candidates(stored, meta))
	switch {
	case findErr != nil:
		return undecided(req.Namespace, findErr)
	case deployment == nil:
		return allow("NotGoverned")
	}
	what := fmt.Sprintf("%s %s/%s is revision %d of a release that StyrminDeployment %s/%s governs, and what a revision deploys is fixed",
		req.Kind.Kind, req.Namespace, req.Name, stored.Revision, deployment.Namespace, deployment.Name)
	if err != nil {
		return deny("Rewritten", what, err.Error())
	}
	return deny("Rewritten", what, "its chart, values or manifest differ from the stored ones; Helm changes the status of a record only. To deploy something else: "+
		fmt.Sprintf("kubectl styrmin upgrade %s -n %s", deployment.Name, deployment.Namespace))
}
