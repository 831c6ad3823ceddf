package components

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// DefaultTimeout bounds a primitive whose context has no deadline.
const DefaultTimeout = 10 * time.Minute

// pollInterval is how often a wait looks again. A wait lasts seconds, lists a
// handful of objects, and needs no watch permission this way.
const pollInterval = 250 * time.Millisecond

// Client carries out primitives in one namespace.
type Client struct {
	kube      kubernetes.Interface
	config    *rest.Config
	namespace string
	release   string
	report    func(format string, args ...any)
	poll      time.Duration
}

// New returns a Client for a namespace. Report receives one line of progress
// at a time and may be nil.
func New(config *rest.Config, namespace string, report func(format string, args ...any)) (*Client, error) {
	config = rest.CopyConfig(config)
	// client-go's default of 5 requests a second would throttle the waits.
	config.QPS, config.Burst = 50, 100
	kube, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	return newClient(kube, config, namespace, report), nil
}

func newClient(kube kubernetes.Interface, config *rest.Config, namespace string, report func(string, ...any)) *Client {
	if report == nil {
		report = func(string, ...any) {}
	}
	return &Client{kube: kube, config: config, namespace: namespace, report: report, poll: pollInterval}
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
