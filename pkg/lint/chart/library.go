package chart

import (
	"context"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// patience is how long a chart may take to load: a check is run on every save,
// and what a working registry needs is a second or two.
const patience = 10 * time.Second

// library loads every chart once, and keeps it.
type library struct {
	fetch    func(context.Context, helm.ChartRef) (*helm.Chart, error)
	patience time.Duration

	mu    sync.Mutex
	books map[helm.ChartRef]*book
	// silent holds what was last heard of the hosts that do not answer. They are
	// not asked again: many drivers have their charts from one registry.
	silent map[string]error
}

// book is a chart that is being loaded until done is closed.
type book struct {
	done  chan struct{}
	chart *helm.Chart
	err   error
}

func newLibrary(fetch func(context.Context, helm.ChartRef) (*helm.Chart, error)) *library {
	return &library{fetch: fetch, patience: patience, books: map[helm.ChartRef]*book{}, silent: map[string]error{}}
}

// load gives the chart, or why it cannot be had. A caller that stops waiting
// leaves the loading to others.
func (l *library) load(ctx context.Context, ref helm.ChartRef) (*helm.Chart, error) {
	l.mu.Lock()
	b, known := l.books[ref]
	if !known {
		b = &book{done: make(chan struct{})}
		l.books[ref] = b
		go l.fill(context.WithoutCancel(ctx), ref, b)
	}
	l.mu.Unlock()
	select {
	case <-b.done:
		return b.chart, b.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *library) fill(ctx context.Context, ref helm.ChartRef, b *book) {
	defer close(b.done)
	host := host(ref.Location)
	l.mu.Lock()
	b.err = l.silent[host]
	l.mu.Unlock()
	if b.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	b.chart, b.err = l.fetch(ctx, ref)
	if host != "" && mute(b.err) {
		l.mu.Lock()
		l.silent[host] = b.err
		l.mu.Unlock()
	}
}

// mute is true when a host did not answer at all.
func mute(err error) bool {
	var network net.Error
	return errors.As(err, &network)
}

// host is where a remote chart comes from; empty for one on disk.
func host(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	return u.Host
}

// reference says where the driver's chart is. It is false when there is none
// that could be looked for, which pkg/driver/validation reports.
func (c *Checker) reference(d *driver.Driver) (helm.ChartRef, bool) {
	if c.instead != "" {
		return onDisk(c.instead), true
	}
	if d.Object.Spec.Helm == nil {
		return helm.ChartRef{}, false
	}
	main := d.Object.Spec.Helm.Main
	scheme, _, remote := strings.Cut(main.Location, "://")
	if !remote {
		ref := onDisk(filepath.Join(d.Dir, filepath.FromSlash(main.Location)))
		ref.Version = main.Version
		return ref, beside(main.Location)
	}
	u, err := url.Parse(main.Location)
	ok := err == nil && u.Host != "" && strings.Trim(u.Path, "/") != "" && u.User == nil
	return helm.ChartRef{Location: main.Location, Version: main.Version}, ok && (scheme == "oci" || scheme == "https" || scheme == "http")
}

// beside is true for a path that starts from the driver's directory.
func beside(location string) bool {
	return location == "." || strings.HasPrefix(location, "./") || strings.HasPrefix(location, "../")
}

// onDisk has one name for a chart, however the way to it is written.
func onDisk(path string) helm.ChartRef {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	return helm.ChartRef{Location: path}
}
