package plugin

import (
	"context"
	"maps"
	"slices"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/plugin/preview"
)

// gate says whether changes of the release by other clients are held.
func (c *clients) gate(ctx context.Context) string {
	state, err := engine.ReadGate(ctx, c.kube, c.namespace)
	if err != nil {
		state = engine.GateState{Mode: engine.GateUnknown}
	}
	return preview.Gate(state, c.namespace)
}

// stopped lists the workloads of the release that an action stopped and none has
// started again; empty also when the operator may not look.
func (c *clients) stopped(ctx context.Context, d *v1.StyrminDeployment) string {
	parts, err := components.New(c.config, c.namespace, nil)
	if err != nil {
		return ""
	}
	stopped, err := parts.ForRelease(d.ReleaseName()).Stopped(ctx)
	if err != nil {
		return ""
	}
	return strings.Join(slices.Sorted(maps.Keys(stopped)), ", ")
}
