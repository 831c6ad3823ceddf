package doctor

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// driversWebhook refuses drivers for what is in them.
const driversWebhook = "drivers.gate.styrmin.io"

// answers offers a driver that only the webhook refuses, as a dry run.
func answers(ctx context.Context, e *examination) ([]Finding, error) {
	err := e.Client.Create(ctx, install.Probe(), client.DryRunAll)
	switch {
	case denied(err, driversWebhook):
		return fine("the webhook refused a driver that only it refuses (a dry run)"), nil
	case err == nil, unreached(err):
		return []Finding{{
			Level: Problem,
			Found: "the webhook does not answer the API server: a driver that only it refuses " + cameOf(err),
			Why:   "Changes in namespaces that enforce are refused while it is silent; drivers, and what only warns, are let in unread.",
			Next:  fmt.Sprintf("kubectl -n %s get pods,endpointslices; the control plane has to reach pods of Service %s/%s on port 9443", v1.SystemNamespace, v1.SystemNamespace, install.WebhookName),
		}}, nil
	default:
		return nil, err
	}
}

func cameOf(err error) string {
	if err == nil {
		return "was let in (a dry run)"
	}
	return "met: " + err.Error()
}

// denied is true when one of our webhooks refused an object for what is in it.
func denied(err error, webhook string) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), fmt.Sprintf("admission webhook %q denied", webhook))
}

// unreached is true when the API server could not call a webhook.
func unreached(err error) bool {
	return err != nil && strings.Contains(err.Error(), "failed calling webhook")
}
