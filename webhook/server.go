package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"
)

// Options say how the webhook is served.
type Options struct {
	Settings
	Certificates
	// Port serves admission, HealthAddress the probes, MetricsAddress the metrics ("0" for none).
	Port                          int
	HealthAddress, MetricsAddress string
}

// Run serves admission until the context ends.
func Run(ctx context.Context, config *rest.Config, log logr.Logger, options Options) error {
	config = rest.CopyConfig(config)
	// No rate of our own: every decision reads a few objects while the API server waits
	// with one of its seats, and it knows itself how many of those it has.
	config.QPS = -1
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return timed{next} })
	scheme, err := Scheme()
	if err != nil {
		return err
	}
	direct, err := client.NewWithWatch(config, client.Options{Scheme: scheme})
	if err != nil {
		return fmt.Errorf("setting up the client: %w", err)
	}
	info.WithLabelValues(Version).Set(1)
	var current certificate
	mgr, err := manager.New(config, manager.Options{
		Scheme:                 scheme,
		Logger:                 log,
		HealthProbeBindAddress: options.HealthAddress,
		Metrics:                metricsserver.Options{BindAddress: options.MetricsAddress},
		WebhookServer:          ctrlwebhook.NewServer(ctrlwebhook.Options{Port: options.Port, TLSOpts: []func(*tls.Config){current.use}}),
	})
	if err != nil {
		return fmt.Errorf("starting the webhook: %w", err)
	}
	ready, err := options.rotate(mgr, direct, &current)
	if err != nil {
		return fmt.Errorf("setting up the certificates: %w", err)
	}
	memory := Remember(direct, log.WithName("memory"))
	if err := mgr.Add(memory); err != nil {
		return err
	}
	server := mgr.GetWebhookServer()
	Register(ctx, server, scheme, direct, memory, log.WithName("gate"), options.Settings)
	if err := addProbes(mgr, server.StartedChecker(), memory.Ready, ready); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func (c *certificate) use(config *tls.Config) {
	config.MinVersion = tls.VersionTLS12
	config.GetCertificate = c.get
}

// addProbes: alive is who runs; ready is who can be called by the API server,
// which takes a certificate that it trusts, and who knows what nobody governs.
func addProbes(mgr manager.Manager, started, memory healthz.Checker, certificates <-chan struct{}) error {
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return err
	}
	if err := mgr.AddReadyzCheck("certificates", func(*http.Request) error {
		select {
		case <-certificates:
			return nil
		default:
			return errors.New("the certificate is not in place, or its authority is not in the webhook configurations")
		}
	}); err != nil {
		return err
	}
	if err := mgr.AddReadyzCheck("memory", memory); err != nil {
		return err
	}
	return mgr.AddReadyzCheck("server", started)
}
