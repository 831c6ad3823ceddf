package webhook

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/open-policy-agent/cert-controller/pkg/rotator"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func newMirror(t *testing.T, secret *corev1.Secret) (*mirror, client.Client) {
	t.Helper()
	scheme, err := Scheme()
	if err != nil {
		t.Fatal(err)
	}
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(secret).Build()
	return &mirror{
		Certificates: Certificates{Namespace: "styrmin", Secret: "cert", Directory: t.TempDir()},
		reader:       c, log: logr.Discard(), current: &certificate{},
	}, c
}

func certSecret(t *testing.T) *corev1.Secret {
	t.Helper()
	cr := &rotator.CertRotator{CAName: "ca", DNSName: "x.styrmin.svc", ExtKeyUsages: nil}
	now := time.Now()
	ca, err := cr.CreateCACert(now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "styrmin", Name: "cert"},
		Data:       map[string][]byte{corev1.TLSCertKey: ca.CertPEM, corev1.TLSPrivateKeyKey: ca.KeyPEM},
	}
}

func TestMirrorFollowsTheSecret(t *testing.T) {
	full := certSecret(t)
	m, c := newMirror(t, &corev1.Secret{ObjectMeta: full.ObjectMeta})
	if m.follow(t.Context()) {
		t.Fatal("an empty Secret passes for a certificate")
	}
	if _, err := m.current.get(nil); err == nil {
		t.Error("a handshake succeeds without a certificate")
	}
	if err := c.Update(t.Context(), full.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	if !m.follow(t.Context()) {
		t.Fatal("the certificate was not taken")
	}
	served, err := m.current.get(nil)
	if err != nil || len(served.Certificate) != 1 {
		t.Errorf("found %v %v", served, err)
	}
	if _, err := os.Stat(filepath.Join(m.Directory, corev1.TLSCertKey)); err != nil {
		t.Errorf("the rotator is not told: %v", err)
	}
	rotated := certSecret(t)
	if err := c.Update(t.Context(), rotated); err != nil {
		t.Fatal(err)
	}
	m.follow(t.Context())
	if again, _ := m.current.get(nil); again == served {
		t.Error("the old certificate is still served")
	}
}

// TestMirrorKeepsWhatItHas: a Secret that went bad or away does not end service.
func TestMirrorKeepsWhatItHas(t *testing.T) {
	m, c := newMirror(t, certSecret(t))
	m.follow(t.Context())
	served, err := m.current.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	broken := certSecret(t)
	broken.Data[corev1.TLSPrivateKeyKey] = []byte("not a key")
	if err := c.Update(t.Context(), broken); err != nil {
		t.Fatal(err)
	}
	if !m.follow(t.Context()) {
		t.Error("a bad Secret made it forget")
	}
	if err := c.Delete(t.Context(), broken); err != nil {
		t.Fatal(err)
	}
	if !m.follow(t.Context()) {
		t.Error("a missing Secret made it forget")
	}
	if again, _ := m.current.get(nil); again != served {
		t.Error("another certificate is served")
	}
}
