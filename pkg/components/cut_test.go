package components

import (
	"context"
	"testing"
)

// TestCutMidway: a primitive that ends as soon as it has changed something, before it is done, is
// finished by the same call, and leaves nothing that another would stumble over.
func TestCutMidway(t *testing.T) {
	counted := []kind{deployment, statefulSet, replicaSet}
	withPods := append([]kind{daemonSet}, counted...)
	for _, p := range []struct {
		name, says string
		kinds      []kind
		stopped    bool
		do         func(*Client, context.Context) error
		replicas   int32
	}{
		{"start", "starting ", withPods, true, func(c *Client, ctx context.Context) error { return c.Start(ctx, worker) }, 2},
		{"restart", "", withPods, false, func(c *Client, ctx context.Context) error { return c.Restart(ctx, worker) }, 2},
		{"scale", "scaling ", counted, false, func(c *Client, ctx context.Context) error { return c.Scale(ctx, 3, worker) }, 3},
	} {
		for _, k := range p.kinds {
			t.Run(p.name+"/"+string(k), func(t *testing.T) {
				t.Parallel()
				ctx, c := onServer(t)
				must(t, makers[k](ctx, c, template("fine")))
				must(t, c.Ready(ctx, worker))
				if p.stopped {
					must(t, c.Stop(ctx, worker))
				}
				short, cut := c.until(ctx, p.says)
				if err := p.do(cut, short); err != nil && short.Err() == nil {
					t.Fatal(err)
				}
				must(t, p.do(c, ctx))
				workloads, err := c.workloads(ctx, worker)
				must(t, err)
				want := map[bool]int32{true: 1, false: p.replicas}[k == daemonSet]
				if w := workloads[0]; w.replicas != want || !w.ready || w.stopped() {
					t.Errorf("%d replicas, ready %v, stopped %v; expected %d, ready", w.replicas, w.ready, w.stopped(), want)
				}
			})
		}
	}
}

// TestManyAtOnce: what is asked for by many at the same time is done, as if one had asked.
func TestManyAtOnce(t *testing.T) {
	for name, p := range map[string]struct {
		kinds    []kind
		do       func(*Client, context.Context) error
		replicas int32
	}{
		"restart": {[]kind{deployment, statefulSet, daemonSet, replicaSet}, func(c *Client, ctx context.Context) error { return c.Restart(ctx, worker) }, 2},
		"scale":   {[]kind{deployment, statefulSet, replicaSet}, func(c *Client, ctx context.Context) error { return c.Scale(ctx, 3, worker) }, 3},
	} {
		for _, k := range p.kinds {
			t.Run(name+"/"+string(k), func(t *testing.T) {
				t.Parallel()
				ctx, c := onServer(t)
				must(t, makers[k](ctx, c, template("fine")))
				must(t, c.Ready(ctx, worker))
				errs := make(chan error)
				for range 5 {
					go func() { errs <- p.do(c, ctx) }()
				}
				for range 5 {
					must(t, <-errs)
				}
				workloads, err := c.workloads(ctx, worker)
				must(t, err)
				want := map[bool]int32{true: 1, false: p.replicas}[k == daemonSet]
				if w := workloads[0]; w.replicas != want || !w.ready {
					t.Errorf("%d replicas, ready %v; expected %d, ready", w.replicas, w.ready, want)
				}
			})
		}
	}
}
