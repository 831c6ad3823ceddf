package engine

import (
	"context"
	"errors"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/access"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// Outlook is what of a request may be refused beside the request itself.
type Outlook struct {
	// Registers is true when the driver has to be registered first.
	Registers bool
	// ChangesRelease is true when the engine itself would change the release.
	ChangesRelease bool
	// Holder has the deployment's lock; nil when it is free.
	Holder *lock.Holder
}

// Refusals collects why Do would refuse, were it called now.
func (e *Engine) Refusals(ctx context.Context, p *Prepared, outlook Outlook) ([]string, error) {
	checks := []func() error{
		func() error { return e.checkPermissions(ctx, p.Desired.Namespace) },
		func() error { return e.mayRegister(ctx, p, outlook) },
		func() error { return outlook.Holder.Refuses(p.Desired.Namespace, p.Desired.Name) },
		func() error { return e.refusesNewRun(ctx, p) },
		func() error { return p.refusesChange(outlook) },
	}
	var refused []string
	for _, check := range checks {
		err := check()
		if err != nil && !isRefusal(err) {
			return nil, err
		}
		if err != nil {
			refused = append(refused, err.Error())
		}
	}
	return refused, nil
}

// mayRegister asks whether the operator may register the driver, where that is needed.
func (e *Engine) mayRegister(ctx context.Context, p *Prepared, outlook Outlook) error {
	if !outlook.Registers {
		return nil
	}
	denied, err := access.Denied(ctx, e.Kube, "", access.Permission{Group: v1.GroupVersion.Group, Resource: "applicationdrivers", ClusterScoped: true, Verbs: []string{"patch"}})
	if err != nil || len(denied) == 0 {
		return err
	}
	return mayNotRegister(p.Driver)
}

// isRefusal tells a refusal from an error of the cluster.
func isRefusal(err error) bool {
	var (
		preflight *PreflightError
		refused   *RefusedError
		locked    *lock.TakenError
		held      *helm.HeldError
		pending   *helm.PendingError
	)
	return errors.As(err, &preflight) || errors.As(err, &refused) || errors.As(err, &locked) || errors.As(err, &held) || errors.As(err, &pending)
}

func (e *Engine) refusesNewRun(ctx context.Context, p *Prepared) error {
	s := p.Situation
	if s.Deployment == nil || !s.begins() {
		return nil
	}
	return e.refuseLeftovers(ctx, s.Deployment)
}

// refusesChange is the error for a release that another client is changing.
func (p *Prepared) refusesChange(outlook Outlook) error {
	if !outlook.ChangesRelease {
		return nil
	}
	return p.refusePending()
}

// Registers is true when the driver given is not the one that is registered.
func (e *Engine) Registers(ctx context.Context, p *Prepared) (bool, error) {
	if !p.Register {
		return false, nil
	}
	registered, err := Registered(ctx, e.Client, p.Driver.Object.Name)
	if err != nil {
		return false, err
	}
	return registered == nil || registered.Digest() != p.Driver.Digest(), nil
}
