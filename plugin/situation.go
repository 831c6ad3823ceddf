package plugin

import (
	"context"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/detached"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
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

// undrivenNote says what a run waits for that no engine drives.
const undrivenNote = "No engine is at work on it; it goes on when the command that began it is run again."

// undriven is true for a run that is not over and that no engine drives, as far as
// the lock tells: one that was killed seems to have it until another one looks. An
// engine in the cluster has the run also while its pod is about to start.
func (c *clients) undriven(ctx context.Context, d *v1.StyrminDeployment) bool {
	run := d.Status.Run
	if run == nil || run.EndedAt != nil {
		return false
	}
	lease, err := c.kube.CoordinationV1().Leases(d.Namespace).Get(ctx, lock.LeaseName(d.Name), metav1.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return false
	}
	if err == nil && lease.Spec.HolderIdentity != nil && *lease.Spec.HolderIdentity != "" {
		return false
	}
	job, err := detached.UnderWay(ctx, c.kube, d.Namespace, d.Name)
	return err == nil && job == nil
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
	return strings.Join(stopped.Describe(), ", ")
}
