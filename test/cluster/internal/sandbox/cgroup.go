package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// hierarchy is one mounted cgroup hierarchy: cgroup v1 has one per controller, v2 has one in all.
type hierarchy struct {
	mountpoint string
	kind       string // cgroup or cgroup2
	options    string // of the file system: controllers, name=…
}

func hierarchies() ([]hierarchy, error) {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var found []hierarchy
	for line := range strings.Lines(string(data)) {
		mount, filesystem, ok := strings.Cut(strings.TrimSpace(line), " - ")
		if !ok {
			continue
		}
		left, right := strings.Fields(mount), strings.Fields(filesystem)
		if kind := right[0]; kind == "cgroup" || kind == "cgroup2" {
			found = append(found, hierarchy{mountpoint: left[4], kind: kind, options: right[len(right)-1]})
		}
	}
	return found, nil
}

// joinCgroups moves the process into a cgroup of the name, in every hierarchy. What it starts stays below.
func joinCgroups(name string, pid int) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for _, h := range all {
		dir := filepath.Join(h.mountpoint, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		// A new cpuset is empty and accepts nobody until it has been given processors and memory.
		for _, file := range []string{"cpuset.mems", "cpuset.cpus"} {
			if h.kind != "cgroup" {
				break
			}
			if value, err := os.ReadFile(filepath.Join(h.mountpoint, file)); err == nil {
				if err := os.WriteFile(filepath.Join(dir, file), value, 0o644); err != nil {
					return err
				}
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644); err != nil {
			return fmt.Errorf("join cgroup %s: %w", dir, err)
		}
	}
	return nil
}

// remountCgroups shows our cgroups as the roots of their hierarchies; the rest of the machine disappears from view.
// It expects to be in a cgroup namespace of its own.
func remountCgroups() error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for _, h := range all {
		if err := syscall.Unmount(h.mountpoint, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", h.mountpoint, err)
		}
		options := ""
		if h.kind == "cgroup" {
			options = strings.TrimPrefix(h.options, "rw,")
		}
		if err := syscall.Mount("cgroup", h.mountpoint, h.kind, 0, options); err != nil {
			return fmt.Errorf("mount %s (%s) at %s: %w", h.kind, options, h.mountpoint, err)
		}
		if h.kind == "cgroup2" {
			if err := delegate(h.mountpoint); err != nil {
				return err
			}
		}
	}
	return nil
}

// delegate lets cgroups below have controllers. With v2 only a cgroup without processes may do that, so we move down.
func delegate(root string) error {
	controllers, err := os.ReadFile(filepath.Join(root, "cgroup.controllers"))
	if err != nil || len(strings.Fields(string(controllers))) == 0 {
		return err
	}
	own := filepath.Join(root, "daemons")
	if err := os.MkdirAll(own, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(own, "cgroup.procs"), []byte("0"), 0o644); err != nil {
		return err
	}
	enable := "+" + strings.Join(strings.Fields(string(controllers)), " +")
	return os.WriteFile(filepath.Join(root, "cgroup.subtree_control"), []byte(enable), 0o644)
}

// removeCgroups waits until the cgroups of the name are empty and removes them.
func removeCgroups(name string) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for _, h := range all {
		dir := filepath.Join(h.mountpoint, name)
		var last error
		err := poll(stopDeadline, "cgroup "+dir+" is empty", func() bool {
			last = removeTree(dir)
			return last == nil
		})
		if err != nil {
			return fmt.Errorf("%w: %w; does another cluster run on this machine, from another cache?", err, last)
		}
	}
	return nil
}

// removeTree removes a cgroup and those below it; the files in them are the kernel's and vanish with them.
func removeTree(root string) error {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			dirs = append(dirs, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, dir := range slices.Backward(dirs) {
		if err := syscall.Rmdir(dir); err != nil && !errors.Is(err, syscall.ENOENT) {
			return fmt.Errorf("remove cgroup %s: %w", dir, err)
		}
	}
	return nil
}
