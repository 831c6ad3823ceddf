package components

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/styrmin/kubectl-styrmin/pkg/components/remote"
	"github.com/styrmin/kubectl-styrmin/pkg/warmup"
)

// DefaultTimeout bounds a primitive whose context has no deadline.
const DefaultTimeout = 10 * time.Minute

const (
	// pollInterval is how often a wait looks again. A wait lasts seconds, lists a
	// handful of objects, and needs no watch permission this way.
	pollInterval = 250 * time.Millisecond
	// retryInterval is how long to wait for an API server that does not answer.
	retryInterval = time.Second
)

// Client carries out primitives in one namespace. It is safe for concurrent use.
type Client struct {
	kube      kubernetes.Interface
	dynamic   dynamic.Interface
	config    *rest.Config
	namespace string
	release   string
	report    func(format string, args ...any)
	poll      time.Duration
	retry     time.Duration
	vaultIdle time.Duration
	apart     time.Duration
}

// New returns a Client for a namespace. Report receives one line of progress
// at a time, from several goroutines perhaps, and may be nil.
func New(config *rest.Config, namespace string, report func(format string, args ...any)) (*Client, error) {
	config = warmup.Bridge(config)
	// No limit of the client's own: it would throttle the waits, and ends them in words
	// of its own when there is too little time left. The API server has its own limits.
	config.QPS = -1
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	others, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	if report == nil {
		report = func(string, ...any) {}
	}
	return &Client{
		kube: kube, dynamic: others, config: config, namespace: namespace,
		report: report, poll: pollInterval, retry: retryInterval, vaultIdle: vaultIdle, apart: snapshotsApart,
	}, nil
}

// containers are those of the namespace's pods.
func (c *Client) containers() remote.Pods {
	return remote.Pods{Config: c.config, API: c.kube.CoreV1().RESTClient(), Namespace: c.namespace}
}

// ForRelease returns a client that leaves alone what another Helm release in
// the namespace manages. A driver's labels are the same in all its deployments.
func (c *Client) ForRelease(name string) *Client {
	narrowed := *c
	narrowed.release = name
	return &narrowed
}

// bounded gives the context a deadline when it has none: no wait is endless.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, DefaultTimeout)
}

// sleep returns the context's error when that ends first.
func (c *Client) sleep(ctx context.Context, how time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(how):
		return nil
	}
}
