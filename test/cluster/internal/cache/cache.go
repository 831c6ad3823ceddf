// Package cache says where everything lives that is expensive to make.
package cache

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Dir is the root of the cache.
type Dir string

// Open finds the cache and makes sure its directories exist.
func Open() (Dir, error) {
	root := os.Getenv("STYRMIN_CACHE")
	if root == "" {
		base, err := os.UserCacheDir() // $XDG_CACHE_HOME, else $HOME/.cache
		if err != nil {
			return "", fmt.Errorf("find the cache directory (STYRMIN_CACHE sets it): %w", err)
		}
		root = filepath.Join(base, "kubectl-styrmin")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	d := Dir(root)
	for _, dir := range []string{d.Bin(), d.Images(), d.State(), d.Logs()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
	}
	return d, nil
}

// Bin holds the programs the cluster consists of.
func (d Dir) Bin() string { return filepath.Join(string(d), "bin") }

// Program is the path of one program in Bin.
func (d Dir) Program(name string) string { return filepath.Join(d.Bin(), name) }

// SnapshotKinds is the manifest of the CRDs of snapshots. It is with the programs because tests need it where they need
// an API server.
func (d Dir) SnapshotKinds() string { return filepath.Join(d.Bin(), "snapshot-kinds.yaml") }

// Images is an OCI layout with every image that was built.
func (d Dir) Images() string { return filepath.Join(string(d), "images") }

// State belongs to the cluster that runs, or ran last.
func (d Dir) State(elem ...string) string {
	return filepath.Join(append([]string{string(d), "state"}, elem...)...)
}

// Logs holds one file per component.
func (d Dir) Logs() string { return d.State("logs") }

// Kubeconfig is the administrator's.
func (d Dir) Kubeconfig() string { return filepath.Join(string(d), "kubeconfig") }

// Lock waits until no other process changes the part of the cache called name, then keeps others out.
func (d Dir) Lock(name string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(string(d), name+".lock"), os.O_CREATE|os.O_RDWR|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return nil, err
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
		return func() { f.Close() }, nil
	}
	// The kernel gives the lock back when its holder ends, in whatever way: there is always an end to this.
	fmt.Fprintf(os.Stderr, "waiting for another process that works on %s (%s)\n", name, f.Name())
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return func() { f.Close() }, nil
}
