package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// stage2 marks the second of the two executions of Init.
const stage2 = "STYRMIN_SANDBOX_STAGE2"

// Init is the life of PID 1: it furnishes the namespaces, starts the components one after the other and watches them.
// It returns when one of them ended; then the caller must exit, which ends the others.
func (s *Sandbox) Init(components []Component) error {
	if os.Getpid() != 1 {
		return errors.New("this is the sandbox's own command: use up")
	}
	if os.Getenv(stage2) == "" {
		return enterCgroupNamespace()
	}
	if err := s.furnish(); err != nil {
		return err
	}
	return s.supervise(components)
}

// enterCgroupNamespace waits until the host has put us into our cgroup and makes that the root of all we see. The new
// namespace is one thread's at first; executing ourselves again makes it everyone's.
func enterCgroupNamespace() error {
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWCGROUP); err != nil {
		return fmt.Errorf("new cgroup namespace: %w", err)
	}
	return syscall.Exec(os.Args[0], os.Args, append(os.Environ(), stage2+"=1"))
}

func (s *Sandbox) furnish() error {
	if err := unix.Sethostname([]byte(s.Name)); err != nil {
		return err
	}
	// Private towards the host, shared within, as the root of a node usually is.
	for _, propagation := range []uintptr{unix.MS_PRIVATE, unix.MS_SHARED} {
		if err := unix.Mount("", "/", "", unix.MS_REC|propagation, ""); err != nil {
			return fmt.Errorf("separate our mounts from the host's: %w", err)
		}
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := remountCgroups(); err != nil {
		return err
	}
	for target, source := range s.Binds {
		if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("bind %s to %s: %w", source, target, err)
		}
	}
	for _, target := range s.Tmpfs {
		if err := unix.Mount("tmpfs", target, "tmpfs", 0, "mode=755"); err != nil {
			return fmt.Errorf("mount tmpfs at %s: %w", target, err)
		}
	}
	return s.Network.configure()
}
