package webhook

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"github.com/open-policy-agent/cert-controller/pkg/rotator"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// What the Secret keeps beside the certificate. The first certificate under caCert is
// the authority that signs; the API server trusts all of them.
const (
	caCert = "ca.crt"
	caKey  = "ca.key"
	// nextKey is there while an authority is trusted that does not sign yet.
	nextKey = "next-ca.key"
	// annotationRenew asks for a new authority now.
	annotationRenew = "styrmin.io/renew-authority"
	// annotationSince is since when the step of a renewal that is under way is done.
	annotationSince = "styrmin.io/authority-settled-since"
)

const (
	// authorityLife is how long an authority is good, and renewAhead how long before its
	// end it is renewed: well before the rotator would do so, in one step.
	authorityLife = 10 * 365 * 24 * time.Hour
	renewAhead    = 180 * 24 * time.Hour
	// settling is how long each API server has to see a changed configuration, and each
	// replica a changed certificate.
	settling = 20 * time.Second
	// authorityRound is how often a replica looks whether there is something to do.
	authorityRound = 5 * time.Second
)

// authority renews the certificate authority without a gap, in three steps: the next
// one is trusted beside the old one; then it signs, and the certificate is made anew;
// then the old one is no longer trusted. Each step waits until the one before has
// come everywhere. All of it is in the Secret, so any replica takes the next step;
// of two that try at a time, one meets a conflict.
type authority struct {
	Certificates
	client client.Client
	log    logr.Logger
	now    func() time.Time
}

// NeedLeaderElection is false: whoever is first takes the step.
func (a *authority) NeedLeaderElection() bool { return false }

// Start renews until the context ends.
func (a *authority) Start(ctx context.Context) error {
	wait.UntilWithContext(ctx, func(ctx context.Context) {
		if err := a.step(ctx); err != nil && !apierrors.IsConflict(err) && ctx.Err() == nil {
			a.log.Error(err, "the certificate authority cannot be looked after", "namespace", a.Namespace, "secret", a.Secret)
		}
	}, authorityRound)
	return nil
}

// step takes the step that is due, if any.
func (a *authority) step(ctx context.Context) error {
	var secret corev1.Secret
	if err := a.client.Get(ctx, client.ObjectKey{Namespace: a.Namespace, Name: a.Secret}, &secret); err != nil {
		return err
	}
	authorities := certificatesIn(secret.Data[caCert])
	if len(authorities) == 0 {
		return nil // The rotator makes the first one.
	}
	before := secret.DeepCopy()
	var err error
	switch {
	case len(secret.Data[nextKey]) > 0:
		err = a.trust(ctx, &secret, authorities)
	case len(authorities) > 1:
		a.forget(&secret, authorities)
	case a.due(&secret, authorities[0]):
		err = a.begin(&secret)
	}
	if err != nil || equality.Semantic.DeepEqual(before, &secret) {
		return err
	}
	return a.client.Update(ctx, &secret)
}

func (a *authority) due(secret *corev1.Secret, current *x509.Certificate) bool {
	_, asked := secret.Annotations[annotationRenew]
	return asked || current.NotAfter.Sub(a.now()) < renewAhead
}

// begin has the API server trust the next authority beside the current one: the
// rotator puts all of caCert in the configurations.
func (a *authority) begin(secret *corev1.Secret) error {
	maker := rotator.CertRotator{CAName: a.Service + "-ca", CAOrganization: a.Service}
	next, err := maker.CreateCACert(a.now().Add(-time.Hour), a.now().Add(authorityLife))
	if err != nil {
		return fmt.Errorf("making the next certificate authority: %w", err)
	}
	secret.Data[caCert] = bytes.Join([][]byte{secret.Data[caCert], next.CertPEM}, nil)
	secret.Data[nextKey] = next.KeyPEM
	delete(secret.Annotations, annotationRenew)
	delete(secret.Annotations, annotationSince)
	a.log.Info("the next certificate authority is to be trusted beside the current one", "expires", authorityLife.String())
	return nil
}

// trust lets the next authority sign once the API server trusts it. Without a
// certificate in the Secret, the rotator makes one, and each replica serves the one
// it has until then.
func (a *authority) trust(ctx context.Context, secret *corev1.Secret, authorities []*x509.Certificate) error {
	if len(authorities) < 2 {
		delete(secret.Data, nextKey) // Somebody made the authority anew meanwhile.
		return nil
	}
	trusted, err := a.isTrusted(ctx, secret.Data[caCert])
	if err != nil || !a.settled(secret, trusted) {
		return err
	}
	current, next := authorities[0], authorities[len(authorities)-1]
	secret.Data[caCert] = bytes.Join([][]byte{inPEM(next), inPEM(current)}, nil)
	secret.Data[caKey] = secret.Data[nextKey]
	delete(secret.Data, nextKey)
	secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey] = nil, nil
	a.log.Info("the next certificate authority signs, and the certificate is made anew")
	return nil
}

// forget ends the trust in the old authority once the certificate is the new one's.
func (a *authority) forget(secret *corev1.Secret, authorities []*x509.Certificate) {
	serving := certificatesIn(secret.Data[corev1.TLSCertKey])
	if !a.settled(secret, len(serving) == 1 && serving[0].CheckSignatureFrom(authorities[0]) == nil) {
		return
	}
	secret.Data[caCert] = inPEM(authorities[0])
	a.log.Info("the old certificate authority is no longer trusted")
}

// settled is true once something has held for a while. When it begins, that is noted.
func (a *authority) settled(secret *corev1.Secret, holds bool) bool {
	since, err := time.Parse(time.RFC3339, secret.Annotations[annotationSince])
	switch {
	case !holds:
		delete(secret.Annotations, annotationSince)
	case err != nil:
		if secret.Annotations == nil {
			secret.Annotations = map[string]string{}
		}
		secret.Annotations[annotationSince] = a.now().UTC().Format(time.RFC3339)
	case a.now().Sub(since) > settling:
		delete(secret.Annotations, annotationSince)
		return true
	}
	return false
}

// isTrusted tells whether every webhook of both configurations has exactly this bundle.
func (a *authority) isTrusted(ctx context.Context, bundle []byte) (bool, error) {
	var mutating admissionregistrationv1.MutatingWebhookConfiguration
	var validating admissionregistrationv1.ValidatingWebhookConfiguration
	for _, configuration := range []client.Object{&mutating, &validating} {
		if err := a.client.Get(ctx, client.ObjectKey{Name: a.Configuration}, configuration); err != nil {
			return false, err
		}
	}
	for _, webhook := range mutating.Webhooks {
		if !bytes.Equal(webhook.ClientConfig.CABundle, bundle) {
			return false, nil
		}
	}
	for _, webhook := range validating.Webhooks {
		if !bytes.Equal(webhook.ClientConfig.CABundle, bundle) {
			return false, nil
		}
	}
	return true, nil
}

// certificatesIn reads certificates from PEM; what is none is left out.
func certificatesIn(data []byte) (all []*x509.Certificate) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, certificate)
		}
	}
	return all
}

func inPEM(certificate *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}
