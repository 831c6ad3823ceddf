package doctor

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

// locks finds Leases whose engine shows no sign of life. Each that is held is
// watched for some seconds, all at the same time.
func locks(ctx context.Context, e *examination) ([]Finding, error) {
	found := make([]*Finding, len(e.deployments))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(20)
	for i, d := range e.deployments {
		group.Go(func() error {
			holder, err := lock.Read(ctx, e.Kube, d.Namespace, d.Name)
			if err == nil && holder != nil && !holder.Renewing {
				found[i] = abandoned(d, holder)
			}
			return err
		})
	}
	err := group.Wait()
	var findings []Finding
	for _, f := range found {
		if f != nil {
			findings = append(findings, *f)
		}
	}
	if err != nil {
		return findings, err
	}
	return orFine(findings, "no lock of %s is held by an engine that is gone", plural(len(e.deployments), "deployment")), nil
}

func abandoned(d v1.StyrminDeployment, holder *lock.Holder) *Finding {
	return &Finding{
		Level: Warning,
		Found: fmt.Sprintf("StyrminDeployment %s/%s is locked by %s since %s, which shows no sign of life", d.Namespace, d.Name, holder.Identity, holder.Since.UTC().Format(time.RFC3339)),
		Why:   "Its engine was killed, or cannot reach the cluster: a run stands still, and may have left components stopped.",
		Next:  fmt.Sprintf("kubectl styrmin status %s -n %s shows how far it came; `kubectl styrmin upgrade` or `setup` takes over and resumes it", d.Name, d.Namespace),
	}
}
