package doctor

import (
	"context"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// bundle is what the API server trusts when it calls a webhook.
type bundle struct {
	webhook   string
	authority []byte
}

// bundles are those of both configurations; another check tells when one is missing.
func (e *examination) bundles(ctx context.Context) ([]bundle, error) {
	var all []bundle
	key := client.ObjectKey{Name: install.WebhookConfiguration}
	var mutating admissionregistrationv1.MutatingWebhookConfiguration
	if err := client.IgnoreNotFound(e.Client.Get(ctx, key, &mutating)); err != nil {
		return nil, err
	}
	for _, w := range mutating.Webhooks {
		all = append(all, bundle{w.Name, w.ClientConfig.CABundle})
	}
	var validating admissionregistrationv1.ValidatingWebhookConfiguration
	if err := client.IgnoreNotFound(e.Client.Get(ctx, key, &validating)); err != nil {
		return nil, err
	}
	for _, w := range validating.Webhooks {
		all = append(all, bundle{w.Name, w.ClientConfig.CABundle})
	}
	return all, nil
}
