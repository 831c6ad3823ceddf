package engine

import (
	"context"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

// Detached is what an engine that works in the cluster knows of the request that it
// was sent with. Such an engine may be started several times for one request.
type Detached struct {
	// ID tells the request from others. The run that it begins or takes up bears it.
	ID string `json:"id"`
	// RequestedBy is the user who asked; the engine itself is a service account.
	RequestedBy string `json:"requestedBy"`
	// Expected is what the user's own client found.
	Expected Expectation `json:"expected"`
}

// Sent is true for a run that an engine of this request has begun or taken up.
func (d *Detached) Sent(run *v1.Run) bool { return d != nil && run != nil && run.Request == d.ID }

// id is empty for an engine that its user runs.
func (d *Detached) id() string {
	if d == nil {
		return ""
	}
	return d.ID
}

// requester is the user who asked for what was prepared.
func (e *Engine) requester(ctx context.Context, p *Prepared) string {
	if p.Detached != nil {
		return p.Detached.RequestedBy
	}
	return e.WhoAmI(ctx)
}

// Recorded is the run in a deployment's record; nil when there is none, or no deployment.
func (e *Engine) Recorded(ctx context.Context, namespace, name string) (*v1.Run, error) {
	deployment, err := e.getDeployment(ctx, namespace, name)
	if err != nil || deployment == nil {
		return nil, err
	}
	return deployment.Status.Run, nil
}

// Admit does with the user's own permissions what comes before the work on a run: it
// registers the driver and creates the deployment, where they are missing, and refuses
// while another engine is at work. After it an engine with fewer permissions can go on.
func (e *Engine) Admit(ctx context.Context, p *Prepared) (*v1.StyrminDeployment, error) {
	holder, err := lock.Read(ctx, e.Kube, p.Desired.Namespace, p.Desired.Name)
	if err != nil {
		return nil, err
	}
	if err := holder.Refuses(p.Desired.Namespace, p.Desired.Name); err != nil {
		return nil, err
	}
	if p.changesRelease() {
		if err := p.refusePending(); err != nil {
			return nil, err
		}
	}
	if err := e.register(ctx, p); err != nil {
		return nil, err
	}
	return e.ensureDeployment(ctx, p)
}
