package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"github.com/open-policy-agent/cert-controller/pkg/rotator"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// Certificates say where the serving certificate is kept, and for whom it is.
type Certificates struct {
	// Namespace and Secret hold the certificate authority and the certificate.
	Namespace, Secret string
	// Service is the name under which the API server reaches the webhook.
	Service string
	// Configuration is the name of both webhook configurations.
	Configuration string
	// Directory is writable; the rotator looks there for the certificate.
	Directory string
}

// How often the Secret is looked at: until there is a certificate, and after.
const (
	firstPoll = 500 * time.Millisecond
	laterPoll = 15 * time.Second
)

// rotate makes the manager keep the certificate valid and its authority in the
// webhook configurations. The channel closes when both hold.
func (c Certificates) rotate(mgr manager.Manager, current *certificate) (<-chan struct{}, error) {
	ready := make(chan struct{})
	host := fmt.Sprintf("%s.%s.svc", c.Service, c.Namespace)
	err := rotator.AddRotator(mgr, &rotator.CertRotator{
		SecretKey:      types.NamespacedName{Namespace: c.Namespace, Name: c.Secret},
		CertDir:        c.Directory,
		CAName:         c.Service + "-ca",
		CAOrganization: c.Service,
		DNSName:        host,
		ExtraDNSNames:  []string{host + ".cluster.local"},
		IsReady:        ready,
		FieldOwner:     c.Service,
		Webhooks: []rotator.WebhookInfo{
			{Name: c.Configuration, Type: rotator.Validating},
			{Name: c.Configuration, Type: rotator.Mutating},
		},
	})
	if err != nil {
		return nil, err
	}
	return ready, mgr.Add(&mirror{Certificates: c, reader: mgr.GetAPIReader(), log: mgr.GetLogger(), current: current})
}

// certificate is the one being served.
type certificate struct {
	pair atomic.Pointer[tls.Certificate]
}

// get is for tls.Config.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if pair := c.pair.Load(); pair != nil {
		return pair, nil
	}
	return nil, errors.New("there is no certificate yet")
}

// mirror takes the certificate from its Secret right after it was written. A
// mounted Secret would follow only after the kubelet's next round, which takes
// up to a minute.
type mirror struct {
	Certificates
	reader  client.Reader
	log     logr.Logger
	current *certificate
	seen    string
}

// NeedLeaderElection is false: every replica serves.
func (m *mirror) NeedLeaderElection() bool { return false }

// Start follows the Secret until the context ends.
func (m *mirror) Start(ctx context.Context) error {
	_ = wait.PollUntilContextCancel(ctx, firstPoll, true, func(ctx context.Context) (bool, error) { return m.follow(ctx), nil })
	_ = wait.PollUntilContextCancel(ctx, laterPoll, true, func(ctx context.Context) (bool, error) { m.follow(ctx); return false, nil })
	return nil
}

// follow tells whether there is a certificate.
func (m *mirror) follow(ctx context.Context) bool {
	var secret corev1.Secret
	if err := m.reader.Get(ctx, client.ObjectKey{Namespace: m.Namespace, Name: m.Secret}, &secret); err != nil {
		m.log.Error(err, "the certificate cannot be read", "namespace", m.Namespace, "secret", m.Secret)
		return m.seen != ""
	}
	if secret.ResourceVersion == m.seen || len(secret.Data[corev1.TLSCertKey]) == 0 {
		return m.seen != ""
	}
	if err := m.serve(&secret); err != nil {
		m.log.Error(err, "the certificate cannot be served", "namespace", m.Namespace, "secret", m.Secret)
		return m.seen != ""
	}
	m.seen = secret.ResourceVersion
	return true
}

// serve takes over the pair; the file tells the rotator that it has arrived.
func (m *mirror) serve(secret *corev1.Secret) error {
	pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		return err
	}
	m.current.pair.Store(&pair)
	return os.WriteFile(filepath.Join(m.Directory, corev1.TLSCertKey), secret.Data[corev1.TLSCertKey], 0o600)
}
