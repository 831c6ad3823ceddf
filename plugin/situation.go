package plugin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// gate says whether changes of the release by other clients are held.
func (c *clients) gate(ctx context.Context) string {
	namespace, err := c.kube.CoreV1().Namespaces().Get(ctx, c.namespace, metav1.GetOptions{})
	if err != nil {
		return "unknown: you may not read the namespace's labels"
	}
	mode := namespace.Labels[v1.LabelGate]
	if mode != v1.GateEnforce && mode != v1.GateWarn {
		return fmt.Sprintf("off: other clients' changes are not held; `kubectl styrmin prepare %s` opts in", c.namespace)
	}
	if c.withoutWebhook(ctx) {
		return mode + ", but the webhook is not installed, so nothing is held; a platform admin runs `kubectl styrmin install`"
	}
	if mode == v1.GateEnforce {
		return "enforce: changes of the release are held until the pre actions succeeded"
	}
	return "warn: changes of the release by other clients are let through with a warning"
}

// withoutWebhook is true when it is certain that the webhook is not installed;
// who may not look is told what the namespace says.
func (c *clients) withoutWebhook(ctx context.Context) bool {
	_, err := c.kube.AdmissionregistrationV1().ValidatingWebhookConfigurations().Get(ctx, install.WebhookConfiguration, metav1.GetOptions{})
	return apierrors.IsNotFound(err)
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
