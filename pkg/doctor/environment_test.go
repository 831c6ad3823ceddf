package doctor_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/doctor"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
	control "github.com/styrmin/kubectl-styrmin/test/environment"
)

// cluster is an API server in which everything is installed that needs no node:
// what a pod of the webhook would do, the tests do themselves.
type cluster struct {
	config *rest.Config
	client client.Client
	kube   kubernetes.Interface
}

var shared control.Shared[*cluster]

func TestMain(m *testing.M) {
	code := m.Run()
	shared.Stop()
	os.Exit(code)
}

// healthy starts the cluster once, or skips the test.
func healthy(t *testing.T) *cluster {
	t.Helper()
	return shared.Get(t, start)
}

func start(binaries string) (*cluster, error) {
	server := &envtest.Environment{BinaryAssetsDirectory: binaries}
	config, err := server.Start()
	if err != nil {
		return nil, err
	}
	shared.AtEnd(func() { _ = server.Stop() })
	config.QPS, config.Burst = 500, 1000
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	c := &cluster{config: config}
	if c.client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		return nil, err
	}
	if c.kube, err = kubernetes.NewForConfig(config); err != nil {
		return nil, err
	}
	// The role edit, which engines have, gets our roles from this controller.
	stop, err := control.Controllers(server, binaries, "clusterrole-aggregation-controller")
	if err != nil {
		return nil, err
	}
	shared.AtEnd(stop)
	return c, c.install(context.Background())
}

// install applies the manifests, and does what the webhook's pods and their controllers do.
func (c *cluster) install(ctx context.Context) error {
	objects, err := install.Render(install.Options{})
	if err != nil {
		return err
	}
	if err := (install.Installer{Client: c.client, Report: func(string) {}}).Apply(ctx, objects); err != nil {
		return err
	}
	authority, certificate, err := certificateFor("styrmin-webhook.styrmin.svc", 300*24*time.Hour)
	if err != nil {
		return err
	}
	if err := c.change(ctx, object("Secret", "styrmin", "styrmin-webhook-cert"), set(map[string]any{"tls.crt": certificate}, "data")); err != nil {
		return err
	}
	for _, kind := range []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"} {
		if err := c.change(ctx, object(kind, "", "styrmin"), everyWebhook(set(authority, "clientConfig", "caBundle"))); err != nil {
			return err
		}
	}
	if err := c.ready(ctx, 2); err != nil {
		return err
	}
	for i := range 2 {
		node := &corev1.Node{ObjectMeta: meta("", fmt.Sprintf("node-%d", i))}
		pod := &corev1.Pod{ObjectMeta: meta("styrmin", fmt.Sprintf("webhook-%d", i)), Spec: corev1.PodSpec{NodeName: node.Name, Containers: []corev1.Container{{Name: "webhook", Image: "x", SecurityContext: restricted()}}, SecurityContext: &corev1.PodSecurityContext{}}}
		pod.Labels = map[string]string{"app.kubernetes.io/name": install.WebhookName}
		if err := c.client.Create(ctx, node); err != nil {
			return err
		}
		if err := c.client.Create(ctx, pod); err != nil {
			return err
		}
	}
	return nil
}

func restricted() *corev1.SecurityContext {
	no, yes := false, true
	return &corev1.SecurityContext{
		AllowPrivilegeEscalation: &no, RunAsNonRoot: &yes, Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
}

// certificateFor makes an authority and a certificate that it signed, both as base64 of PEM.
func certificateFor(host string, life time.Duration) (authority, certificate []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	parent := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(10 * life),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{host}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life)}
	signed := func(template *x509.Certificate) []byte {
		der, e := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, key)
		if e != nil {
			err = e
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return signed(parent), signed(leaf), err
}

// examine makes all checks, as the plugin of version 1.
func (c *cluster) examine(t *testing.T, now time.Time) doctor.Report {
	t.Helper()
	d := doctor.Doctor{Client: c.client, Kube: c.kube, Namespace: "default", Version: "1", Now: func() time.Time { return now }}
	report, err := d.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// told is a report in lines, for failures.
func told(report doctor.Report) string {
	var out bytes.Buffer
	for _, f := range report.Findings {
		fmt.Fprintf(&out, "%s %s: %s | %s | %s\n", f.Level, f.Check, f.Found, f.Why, f.Next)
	}
	return out.String()
}

// has tells whether there is a finding of a check at a level that says all of the words.
func has(report doctor.Report, check string, level doctor.Level, words ...string) bool {
	return slices.ContainsFunc(report.Findings, func(f doctor.Finding) bool {
		return f.Check == check && f.Level == level && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(f.Found+"|"+f.Next, w) })
	})
}
