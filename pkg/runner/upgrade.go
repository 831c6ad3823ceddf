package runner

import (
	"context"
	"fmt"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
)

// upgradeRequest asks for the change of the Helm release that the run is about.
type upgradeRequest struct {
	common
	TargetVersion string `json:"targetVersion"`
}

func (r *upgradeRequest) check() error { return nil }

func (r *upgradeRequest) do(ctx context.Context, c *call) (any, error) {
	if target := c.action.target; r.TargetVersion != "" && r.TargetVersion != target {
		return nil, &usageError{fmt.Errorf("upgrade_deployment_version: targetVersion is %q, and this run moves to %q: pass the flow's target_version, or leave it out",
			r.TargetVersion, target)}
	}
	if c.action.upgrade.Run == "" {
		return nil, &components.UnsupportedError{What: "upgrade_deployment_version is done by the engine of a run, and there is none here: use `kubectl styrmin upgrade`"}
	}
	upgraded, err := c.client.Upgrade(ctx, c.action.upgrade)
	if err != nil {
		return nil, err
	}
	return []components.Upgraded{upgraded}, nil
}
