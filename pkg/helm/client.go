package helm

import (
	"fmt"
	"os"
	"sync"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/kube"
	"helm.sh/helm/v3/pkg/storage/driver"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

// Storage is where records are kept.
type Storage string

// The storages that the gate can see. Helm's third, an SQL database, is refused.
const (
	StorageSecret    Storage = "secret"
	StorageConfigMap Storage = "configmap"
)

// maxHistory is the number of revisions that the helm command keeps.
const maxHistory = 10

// Client carries out Helm's verbs in one namespace.
type Client struct {
	*Charts
	namespace string
	storage   Storage
	// configure makes Helm's configuration for one verb: nothing Helm caches
	// in it (capabilities, clients) outlives a call.
	configure func(log func(string, ...any)) (*action.Configuration, error)
}

// Option alters a client.
type Option func(*Client)

// WithStorage overrides the storage named by HELM_DRIVER.
func WithStorage(s Storage) Option {
	return func(c *Client) { c.storage = s }
}

// New returns a client for a namespace. Helm's own log lines go to debug; nil drops them.
// Like the helm command it obeys HELM_DRIVER and Helm's registry and repository settings,
// so that both work on the same releases.
func New(getter genericclioptions.RESTClientGetter, namespace string, debug func(string, ...any), options ...Option) (*Client, error) {
	c := &Client{
		Charts:    NewCharts(debug),
		namespace: namespace,
		storage:   Storage(os.Getenv("HELM_DRIVER")),
	}
	for _, o := range options {
		o(c)
	}
	switch c.storage {
	case "", "secret", "secrets", "configmap", "configmaps":
	default:
		return nil, fmt.Errorf("Helm storage driver %q (HELM_DRIVER): expected %q or %q; records elsewhere cannot be held or verified",
			c.storage, StorageSecret, StorageConfigMap)
	}
	fast := &tunedGetter{RESTClientGetter: getter, debug: c.debug}
	c.configure = func(log func(string, ...any)) (*action.Configuration, error) {
		return c.clusterConfiguration(fast, log)
	}
	return c, nil
}

// fieldManager makes changes of every Helm client, ours included, one manager's.
// Helm keeps it in a global variable and would otherwise take the program's name.
var fieldManager = sync.OnceFunc(func() { kube.ManagedFieldsManager = "helm" })

func (c *Client) clusterConfiguration(getter genericclioptions.RESTClientGetter, log func(string, ...any)) (*action.Configuration, error) {
	fieldManager()
	cfg := new(action.Configuration)
	if err := cfg.Init(getter, c.namespace, string(c.storage), log); err != nil {
		return nil, fmt.Errorf("setting up Helm: %w", err)
	}
	if kc, ok := cfg.KubeClient.(*kube.Client); ok {
		// Otherwise resources without a namespace would land in the kubeconfig's.
		kc.Namespace = c.namespace
	}
	return cfg, nil
}

// session is the set-up of one verb.
type session struct {
	*action.Configuration
	log     *logbook
	records *gatedDriver
}

func (c *Client) session() (*session, error) {
	log := &logbook{debug: c.debug}
	cfg, err := c.configure(log.printf)
	if err != nil {
		return nil, err
	}
	records := &gatedDriver{Driver: cfg.Releases.Driver}
	cfg.Releases.Driver = records
	return &session{Configuration: cfg, log: log, records: records}, nil
}

// gatedDriver tells a change that the gate held from a change that failed: both
// look like any other error once Helm has passed them on.
type gatedDriver struct {
	driver.Driver
	created bool
}
