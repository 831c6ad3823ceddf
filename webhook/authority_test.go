package webhook

import (
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/open-policy-agent/cert-controller/pkg/rotator"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

const authorityHost = "hook.styrmin.svc"

// renewal is an authority under test, with a clock and a stand-in for the rotator.
type renewal struct {
	*authority
	t     *testing.T
	clock time.Time
}

func newRenewal(t *testing.T, left time.Duration) *renewal {
	t.Helper()
	scheme, err := Scheme()
	if err != nil {
		t.Fatal(err)
	}
	r := &renewal{t: t, clock: time.Now()}
	hook := admissionregistrationv1.ValidatingWebhook{Name: "a.styrmin.io"}
	r.authority = &authority{
		Certificates: Certificates{Namespace: "styrmin", Secret: "cert", Service: "hook", Configuration: "styrmin"},
		log:          logr.Discard(), now: func() time.Time { return r.clock },
		client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(
			&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "styrmin", Name: "cert"}},
			&admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "styrmin"}},
			&admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "styrmin"}, Webhooks: []admissionregistrationv1.ValidatingWebhook{hook}},
		).Build(),
	}
	ca, err := r.rotator().CreateCACert(r.clock.Add(-time.Hour), r.clock.Add(left))
	r.must(err)
	secret := r.secret()
	secret.Data = map[string][]byte{caCert: ca.CertPEM, caKey: ca.KeyPEM}
	r.must(r.client.Update(t.Context(), secret))
	r.rotate()
	return r
}

func (r *renewal) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *renewal) rotator() *rotator.CertRotator {
	return &rotator.CertRotator{CAName: "hook-ca", CAOrganization: "hook", DNSName: authorityHost, ExtKeyUsages: &[]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
}

func (r *renewal) secret() *corev1.Secret {
	r.t.Helper()
	var secret corev1.Secret
	r.must(r.client.Get(r.t.Context(), client.ObjectKey{Namespace: "styrmin", Name: "cert"}, &secret))
	return &secret
}

func (r *renewal) configuration() *admissionregistrationv1.ValidatingWebhookConfiguration {
	r.t.Helper()
	var c admissionregistrationv1.ValidatingWebhookConfiguration
	r.must(r.client.Get(r.t.Context(), client.ObjectKey{Name: "styrmin"}, &c))
	return &c
}

// rotate does what the rotator does: a certificate where none is, and all of the bundle in the configuration.
func (r *renewal) rotate() {
	r.t.Helper()
	secret := r.secret()
	if len(secret.Data[corev1.TLSCertKey]) == 0 {
		secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey] = r.sign(secret)
		r.must(r.client.Update(r.t.Context(), secret))
	}
	c := r.configuration()
	c.Webhooks[0].ClientConfig.CABundle = secret.Data[caCert]
	r.must(r.client.Update(r.t.Context(), c))
}

// sign makes a certificate as the rotator does: by the first authority, and its key.
func (r *renewal) sign(secret *corev1.Secret) (certificate, key []byte) {
	r.t.Helper()
	block, _ := pem.Decode(secret.Data[caKey])
	signer, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	r.must(err)
	ca := &rotator.KeyPairArtifacts{Cert: certificatesIn(secret.Data[caCert])[0], Key: signer}
	certificate, key, err = r.rotator().CreateCertPEM(ca, r.clock.Add(-time.Hour), r.clock.Add(time.Hour))
	r.must(err)
	return certificate, key
}

func (r *renewal) later(d time.Duration) {
	r.t.Helper()
	r.clock = r.clock.Add(d)
	r.must(r.step(r.t.Context()))
}

// state is what the API server trusts, and what a replica serves.
type state struct{ bundle, serving []byte }

func (r *renewal) state() state {
	return state{r.configuration().Webhooks[0].ClientConfig.CABundle, r.secret().Data[corev1.TLSCertKey]}
}

func vouches(bundle, serving []byte) bool {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	certificates := certificatesIn(serving)
	if len(certificates) != 1 {
		return false
	}
	_, err := certificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: authorityHost})
	return err == nil
}

// TestAuthorityIsRenewedWithoutAGap: an API server and a replica understand each
// other also when one of them has not seen the last step yet.
func TestAuthorityIsRenewedWithoutAGap(t *testing.T) {
	r := newRenewal(t, authorityLife)
	old := r.state()
	secret := r.secret()
	metav1.SetMetaDataAnnotation(&secret.ObjectMeta, annotationRenew, "now")
	r.must(r.client.Update(t.Context(), secret))
	states := []state{old}
	for range 100 {
		r.later(authorityRound)
		r.rotate()
		if now := r.state(); string(now.bundle) != string(states[len(states)-1].bundle) || string(now.serving) != string(states[len(states)-1].serving) {
			states = append(states, now)
		}
	}
	for i := 1; i < len(states); i++ {
		before, after := states[i-1], states[i]
		if !vouches(after.bundle, after.serving) || !vouches(after.bundle, before.serving) || !vouches(before.bundle, after.serving) {
			t.Errorf("step %d leaves a gap", i)
		}
	}
	last := states[len(states)-1]
	if vouches(last.bundle, old.serving) || vouches(old.bundle, last.serving) || len(certificatesIn(last.bundle)) != 1 {
		t.Errorf("the old authority is still trusted, or there is no other, after %d steps", len(states)-1)
	}
	if secret := r.secret(); len(secret.Data[nextKey]) > 0 || len(secret.Annotations) > 0 {
		t.Errorf("it leaves something behind: %v", secret.Annotations)
	}
}

// TestAuthorityWaits: nothing is signed by an authority that the API server does not
// trust yet, nor right after that.
func TestAuthorityWaits(t *testing.T) {
	r := newRenewal(t, renewAhead-time.Hour)
	before := r.state()
	r.later(0)
	for range 10 {
		r.later(time.Hour)
	}
	if after := r.state(); string(after.serving) != string(before.serving) {
		t.Fatal("a certificate was made before its authority is trusted")
	}
	r.rotate()
	r.later(time.Second)
	r.later(settling - time.Second)
	if after := r.state(); string(after.serving) != string(before.serving) {
		t.Fatal("a certificate was made before the configuration had time to settle")
	}
	r.later(3 * time.Second)
	if after := r.state(); len(after.serving) > 0 {
		t.Error("no certificate of the next authority is asked for")
	}
}

func TestAuthorityIsLeftAlone(t *testing.T) {
	r := newRenewal(t, renewAhead+time.Hour)
	before := r.secret()
	r.later(time.Second)
	if after := r.secret(); after.ResourceVersion != before.ResourceVersion {
		t.Error("it was changed, expected it to be good for long enough")
	}
}

// TestAuthorityThatSomebodyMadeAnew: what was begun is given up.
func TestAuthorityThatSomebodyMadeAnew(t *testing.T) {
	r := newRenewal(t, authorityLife)
	secret := r.secret()
	secret.Data[nextKey] = []byte("of one that is not there")
	r.must(r.client.Update(t.Context(), secret))
	r.later(time.Second)
	if after := r.secret(); len(after.Data[nextKey]) > 0 || string(after.Data[caKey]) != string(secret.Data[caKey]) {
		t.Error("the key is still to be used")
	}
}
