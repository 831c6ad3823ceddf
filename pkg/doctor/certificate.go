package doctor

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// soon is when a certificate should have been renewed long since: the webhook does it 90 days ahead.
const soon = 30 * 24 * time.Hour

// certificates compares the serving certificate with what the API server trusts.
func certificates(ctx context.Context, e *examination) ([]Finding, error) {
	var secret corev1.Secret
	name := install.WebhookName + "-cert"
	restart := fmt.Sprintf("kubectl -n %s logs deployment/%[2]s says why; kubectl -n %[1]s rollout restart deployment/%[2]s tries again", v1.SystemNamespace, install.WebhookName)
	err := e.Client.Get(ctx, client.ObjectKey{Namespace: v1.SystemNamespace, Name: name}, &secret)
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, err
	}
	certificate, problem := parse(secret.Data[corev1.TLSCertKey])
	if problem != "" {
		return []Finding{{
			Level: Problem, Found: fmt.Sprintf("Secret %s/%s: %s", v1.SystemNamespace, name, problem),
			Why: "The webhook cannot be called, so what fails closed stands still.", Next: restart,
		}}, nil
	}
	findings, err := e.trusted(ctx, certificate, restart)
	if err != nil {
		return nil, err
	}
	switch left := certificate.NotAfter.Sub(e.now); {
	case left <= 0:
		findings = append(findings, Finding{Level: Problem, Found: "the serving certificate expired on " + day(certificate.NotAfter), Why: "The API server does not accept it: nothing that is to be judged gets in.", Next: restart})
	case left < soon:
		findings = append(findings, Finding{Level: Warning, Found: "the serving certificate expires on " + day(certificate.NotAfter), Why: "The webhook renews it 90 days ahead, and did not.", Next: restart})
	}
	return orFine(findings, "the certificate of %s is trusted by both configurations and good until %s", host(), day(certificate.NotAfter)), nil
}

// trusted asks of every webhook whether its caBundle vouches for the certificate.
func (e *examination) trusted(ctx context.Context, certificate *x509.Certificate, next string) ([]Finding, error) {
	bundles, err := e.bundles(ctx)
	if err != nil {
		return nil, err
	}
	var untrusted []string
	for _, b := range bundles {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(b.authority)
		// Its time is judged apart.
		options := x509.VerifyOptions{Roots: roots, DNSName: host(), CurrentTime: certificate.NotBefore.Add(time.Minute)}
		if _, err := certificate.Verify(options); err != nil {
			untrusted = append(untrusted, b.webhook)
		}
	}
	if len(untrusted) == 0 {
		return nil, nil
	}
	return []Finding{{
		Level: Problem, Found: "the caBundle does not vouch for the serving certificate of " + host() + ": " + some(untrusted),
		Why: "The API server cannot call the webhook, so what fails closed stands still.", Next: next,
	}}, nil
}

func parse(data []byte) (certificate *x509.Certificate, problem string) {
	if len(data) == 0 {
		return nil, "there is no certificate yet"
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, corev1.TLSCertKey + " is no PEM"
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, corev1.TLSCertKey + " is no certificate: " + err.Error()
	}
	return certificate, ""
}

// host is the name by which the API server calls the webhook.
func host() string { return install.WebhookName + "." + v1.SystemNamespace + ".svc" }

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
