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
	"k8s.io/apimachinery/pkg/watch"
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

// retryPause is how long after a failure the Secret is looked at again.
const retryPause = time.Second

// rotate makes the manager keep the certificate valid and its authority in the
// webhook configurations. The channel closes when both hold. The authority lives
// ten years and the certificate one, so that renewing it changes nothing of what
// the API server trusts: there is no gap. The authority itself is renewed by steps
// of our own, for the rotator would exchange both at once.
func (c Certificates) rotate(mgr manager.Manager, direct client.WithWatch, current *certificate) (<-chan struct{}, error) {
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
	if err := mgr.Add(&authority{Certificates: c, client: direct, log: mgr.GetLogger(), now: time.Now}); err != nil {
		return nil, err
	}
	return ready, mgr.Add(&mirror{Certificates: c, client: direct, log: mgr.GetLogger(), current: current})
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
	client  client.WithWatch
	log     logr.Logger
	current *certificate
}

// NeedLeaderElection is false: every replica serves.
func (m *mirror) NeedLeaderElection() bool { return false }

// Start follows the Secret until the context ends: it serves what the Secret has
// and comes to have.
func (m *mirror) Start(ctx context.Context) error {
	_ = wait.PollUntilContextCancel(ctx, retryPause, true, func(ctx context.Context) (bool, error) {
		var list corev1.SecretList
		err := follow(ctx, m.client, &list, func() []*corev1.Secret { return pointers(list.Items) }, m.take,
			client.InNamespace(m.Namespace), client.MatchingFields{"metadata.name": m.Secret})
		m.report(err)
		return false, nil
	})
	return nil
}

// take serves the Secret; what comes next is always of interest.
func (m *mirror) take(secret *corev1.Secret, event watch.EventType) (enough bool) {
	if event != watch.Deleted {
		m.report(m.serve(secret))
	}
	return false
}

func (m *mirror) report(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		m.log.Error(err, "the certificate cannot be followed", "namespace", m.Namespace, "secret", m.Secret)
	}
}

// serve takes over the pair, if there is one; what cannot be served leaves the
// old one in place. The file tells the rotator that the new one has arrived.
func (m *mirror) serve(secret *corev1.Secret) error {
	if len(secret.Data[corev1.TLSCertKey]) == 0 {
		return nil
	}
	pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		return err
	}
	m.current.pair.Store(&pair)
	expiry.Set(float64(pair.Leaf.NotAfter.Unix()))
	return os.WriteFile(filepath.Join(m.Directory, corev1.TLSCertKey), secret.Data[corev1.TLSCertKey], 0o600)
}
