package webhook

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/open-policy-agent/cert-controller/pkg/rotator"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func newMirror(t *testing.T) *mirror {
	t.Helper()
	return &mirror{
		Certificates: Certificates{Namespace: "styrmin", Secret: "cert", Directory: t.TempDir()},
		log:          logr.Discard(), current: &certificate{},
	}
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

func TestMirrorServesTheSecret(t *testing.T) {
	m, full := newMirror(t), certSecret(t)
	if err := m.serve(&corev1.Secret{ObjectMeta: full.ObjectMeta}); err != nil {
		t.Fatalf("a Secret that is still empty is no failure: %v", err)
	}
	if _, err := m.current.get(nil); err == nil {
		t.Error("a handshake succeeds without a certificate")
	}
	if err := m.serve(full); err != nil {
		t.Fatal(err)
	}
	served, err := m.current.get(nil)
	if err != nil || len(served.Certificate) != 1 {
		t.Errorf("found %v %v", served, err)
	}
	if _, err := os.Stat(filepath.Join(m.Directory, corev1.TLSCertKey)); err != nil {
		t.Errorf("the rotator is not told: %v", err)
	}
	if got, want := gauge(t, "styrmin_gate_certificate_expiry_timestamp_seconds"), float64(served.Leaf.NotAfter.Unix()); got != want {
		t.Errorf("the metric says that it expires at %f, expected %f", got, want)
	}
	if err := m.serve(certSecret(t)); err != nil {
		t.Fatal(err)
	}
	if again, _ := m.current.get(nil); again == served {
		t.Error("the old certificate is still served")
	}
}

// TestMirrorKeepsWhatItHas: a Secret that went bad or empty does not end service.
func TestMirrorKeepsWhatItHas(t *testing.T) {
	m, broken := newMirror(t), certSecret(t)
	if err := m.serve(broken); err != nil {
		t.Fatal(err)
	}
	served, _ := m.current.get(nil)
	broken.Data[corev1.TLSPrivateKeyKey] = []byte("not a key")
	if err := m.serve(broken); err == nil {
		t.Error("a bad Secret passes for a certificate")
	}
	if err := m.serve(&corev1.Secret{}); err != nil {
		t.Error(err)
	}
	if again, _ := m.current.get(nil); again != served {
		t.Error("another certificate is served")
	}
}

// TestMirrorFollows: what is written to the Secret is served right away.
func TestMirrorFollows(t *testing.T) {
	scheme, err := Scheme()
	if err != nil {
		t.Fatal(err)
	}
	full := certSecret(t)
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(&corev1.Secret{ObjectMeta: full.ObjectMeta}).
		WithIndex(&corev1.Secret{}, "metadata.name", func(o client.Object) []string { return []string{o.GetName()} }).Build()
	m := newMirror(t)
	m.client = c
	// A watch of this fake does not end with the test, so something may still be written when the directory goes.
	m.Directory, err = os.MkdirTemp("", "mirror")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(m.Directory) })
	go func() { _ = m.Start(t.Context()) }()
	// Written again and again: nor does it begin where a list ended.
	err = wait.PollUntilContextTimeout(t.Context(), 10*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		full.ResourceVersion = ""
		if err := c.Update(ctx, full); err != nil {
			return false, err
		}
		_, missing := m.current.get(nil)
		return missing == nil, nil
	})
	if err != nil {
		t.Errorf("the certificate is not served: %v", err)
	}
}
