package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// kind is one kind of record, created where the gate looks and where it does not.
type kind struct {
	name string
	gate string
	// governed says that a StyrminDeployment governs the release, so that all its
	// records, instances and Jobs are read.
	governed bool
	// size of a record in bytes, and how many pairs there are at least.
	size, least int
}

// kinds: in a namespace that warns, a change that would be held is judged in full and
// let in. All have releases of the same names, so those that come after the governed
// ones meet deployments of their names in another namespace.
var kinds = []kind{
	{"nobody governs it, 10 KiB", v1.GateEnforce, false, 10 << 10, 300},
	{"nobody governs it, 1 MiB", v1.GateEnforce, false, 1_000_000, 40},
	{"governed, 10 KiB", v1.GateWarn, true, 10 << 10, 300},
	{"governed, 1 MiB", v1.GateWarn, true, 1_000_000, 40},
	{"governed elsewhere, 10 KiB", v1.GateEnforce, false, 10 << 10, 300},
	{"governed elsewhere, 1 MiB", v1.GateEnforce, false, 1_000_000, 40},
}

// pairs measures each kind at each of some numbers of clients.
func pairs(ctx context.Context, c *cluster, t *table, clients []int) error {
	t.head()
	for i, k := range kinds {
		with, err := c.space(ctx, fmt.Sprintf("with-%d", i), k.gate)
		if err != nil {
			return err
		}
		without, err := c.space(ctx, fmt.Sprintf("without-%d", i), "")
		if err != nil {
			return err
		}
		p := &pairing{cluster: c, kind: k, with: with, without: without}
		if k.governed {
			if err := p.govern(ctx); err != nil {
				return fmt.Errorf("%s: %w", k.name, err)
			}
		}
		for _, n := range clients {
			sample, err := p.measure(ctx, n)
			if err != nil {
				return fmt.Errorf("%s, %d clients: %w", k.name, n, err)
			}
			t.pair(k, n, sample)
		}
	}
	return nil
}

// pairing creates the same records in two namespaces.
type pairing struct {
	*cluster
	kind
	with, without string
}

// sample is what some creates took: the client's time, sorted, and the handler's.
type sample struct {
	sync.Mutex
	with, without []time.Duration
	handler, own  histogram
	// failed counts creates that the API server refused because the webhook did not
	// answer in time.
	failed int
}

// measure lets clients create records, each in turn here and there, so that both
// meet the same load.
func (p *pairing) measure(ctx context.Context, workers int) (*sample, error) {
	s := &sample{}
	count := max(p.least, 2*workers)
	before, err := p.scrape(ctx)
	if err != nil {
		return s, err
	}
	err = parallel(ctx, workers, count, func(ctx context.Context, i int) error { return p.pair(ctx, i, s) })
	if err != nil {
		return s, err
	}
	after, err := p.scrape(ctx)
	if err != nil {
		return s, err
	}
	s.handler, s.own = after.decisions.minus(before.decisions), after.own.minus(before.own)
	slices.Sort(s.with)
	slices.Sort(s.without)
	return s, p.empty(ctx)
}

// pair creates one record here and there, in an order that changes.
func (p *pairing) pair(ctx context.Context, i int, s *sample) error {
	first, second := p.with, p.without
	if i%2 == 1 {
		first, second = second, first
	}
	for _, namespace := range []string{first, second} {
		took, err := p.create(ctx, record(namespace, releaseName(i%releases), i/releases+1, p.size))
		if err := s.take(took, err, namespace == p.with); err != nil {
			return err
		}
	}
	return nil
}

// take counts a create, and returns an error that is no figure.
func (s *sample) take(took time.Duration, err error, with bool) error {
	s.Lock()
	defer s.Unlock()
	switch {
	case err != nil && strings.Contains(err.Error(), "failed calling webhook"):
		s.failed++
	case err != nil:
		return err
	case with:
		s.with = append(s.with, took)
	default:
		s.without = append(s.without, took)
	}
	return nil
}

// releases is how many there are in a namespace; the records are their revisions.
const releases = 50

func releaseName(i int) string { return fmt.Sprintf("app-%d", i) }

func (p *pairing) create(ctx context.Context, object client.Object) (time.Duration, error) {
	began := time.Now()
	err := p.client.Create(ctx, object)
	return time.Since(began), err
}

// patience is how long an API server may take to see that a namespace has no gate.
const patience = 30 * time.Second

// govern makes a deployment for each release, while the namespace has no gate: with
// one, their driver would have to be registered.
func (p *pairing) govern(ctx context.Context) error {
	if err := p.label(ctx, p.with, ""); err != nil {
		return err
	}
	err := parallel(ctx, 20, releases, func(ctx context.Context, i int) error {
		return wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
			err := p.client.Create(ctx, governing(p.with, releaseName(i)))
			if err != nil && strings.Contains(err.Error(), "admission webhook") {
				return false, nil
			}
			return true, err
		})
	})
	if err != nil {
		return err
	}
	return p.label(ctx, p.with, p.gate)
}

func governing(namespace, name string) *v1.StyrminDeployment {
	return &v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: v1.StyrminDeploymentSpec{Driver: "bench", Version: "1.0.0"}}
}

// label sets a namespace's gate; none takes the label away.
func (c *cluster) label(ctx context.Context, namespace, gate string) error {
	value := "null"
	if gate != "" {
		value = `"` + gate + `"`
	}
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%s}}}`, v1.LabelGate, value)
	return c.client.Patch(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, client.RawPatch("application/merge-patch+json", []byte(patch)))
}

// empty deletes the records again.
func (p *pairing) empty(ctx context.Context) error {
	for _, namespace := range []string{p.with, p.without} {
		if err := p.client.DeleteAllOf(ctx, &corev1.Secret{}, client.InNamespace(namespace)); err != nil {
			return err
		}
	}
	return nil
}
