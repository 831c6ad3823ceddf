// Package sandbox runs a set of daemons as if on a machine of their own: in their own mount, PID, network, UTS, IPC and
// cgroup namespaces. Its first process is PID 1 there; when that dies, the kernel ends the others and takes down every
// mount and interface with them, so that stopping is one signal.
package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Sandbox describes the machine.
type Sandbox struct {
	Name     string // the host's name inside, and of the cgroup outside
	Network  Network
	PIDFile  string
	Logs     string // directory: one file per component
	Binds    map[string]string
	Tmpfs    []string
	InitArgs []string // of this program: the command that calls Init
}

const (
	stopDeadline = 30 * time.Second
	// supervisorLog is the log of the sandbox's PID 1.
	supervisorLog = "supervisor"
)

// Process is the sandbox's PID 1, seen from the host.
type Process struct {
	PID int
	// Done is closed when it has ended; a sandbox that another process started has none.
	Done <-chan struct{}
}

// Path is where a file of the sandbox is seen from the host.
func (p *Process) Path(inside string) string {
	return filepath.Join("/proc", strconv.Itoa(p.PID), "root", inside)
}

// Running finds the sandbox, or returns nil.
func (s *Sandbox) Running() *Process {
	data, err := os.ReadFile(s.PIDFile)
	if err != nil {
		return nil
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || !s.owns(pid) {
		return nil
	}
	return &Process{PID: pid}
}

// owns tells our PID 1 from an unrelated process that got its number later.
func (s *Sandbox) owns(pid int) bool {
	cgroups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil || !strings.Contains(string(cgroups), "/"+s.Name) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// Start makes the namespaces and lets Init run in them.
func (s *Sandbox) Start() (*Process, error) {
	if err := s.Stop(); err != nil {
		return nil, err
	}
	for target := range s.Binds {
		if err := os.MkdirAll(target, 0o755); err != nil {
			return nil, err
		}
	}
	for _, target := range s.Tmpfs {
		if err := os.MkdirAll(target, 0o755); err != nil {
			return nil, err
		}
	}
	log, err := os.Create(s.LogFile(supervisorLog))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, s.InitArgs...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true, // the terminal's ^C is not for the cluster
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET |
			syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
	}
	// Init waits until this pipe closes: by then its cgroup and its network exist.
	ready, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("make namespaces (this needs root): %w", err)
	}
	done := make(chan struct{})
	go func() { cmd.Wait(); close(done) }()

	if err := s.prepare(cmd.Process.Pid); err != nil {
		return nil, errors.Join(err, cmd.Process.Kill(), s.Stop())
	}
	return &Process{PID: cmd.Process.Pid, Done: done}, ready.Close()
}

func (s *Sandbox) prepare(pid int) error {
	if err := joinCgroups(s.Name, pid); err != nil {
		return err
	}
	if err := os.WriteFile(s.PIDFile, []byte(strconv.Itoa(pid)), 0o644); err != nil {
		return err
	}
	return s.Network.connect(pid)
}

// Stop ends the sandbox and removes what the kernel does not remove by itself. Stopping nothing is fine.
func (s *Sandbox) Stop() error {
	if p := s.Running(); p != nil {
		if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop PID %d: %w", p.PID, err)
		}
	}
	// The cgroups come first: that they are empty means that every process is gone.
	if err := removeCgroups(s.Name); err != nil {
		return err
	}
	if err := s.Network.remove(); err != nil {
		return err
	}
	for target := range s.Binds {
		os.Remove(target) // only if it is empty, that is, ours
	}
	for _, target := range s.Tmpfs {
		os.Remove(target)
	}
	if err := os.Remove(s.PIDFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// LogFile is the log of one component.
func (s *Sandbox) LogFile(component string) string {
	return filepath.Join(s.Logs, component+".log")
}

// Tail is the end of a component's log, for error messages.
func (s *Sandbox) Tail(component string) string {
	const lines = 20
	data, err := os.ReadFile(s.LogFile(component))
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(data)), "\n")
	return fmt.Sprintf("--- %s, last lines ---\n%s", s.LogFile(component), strings.Join(all[max(0, len(all)-lines):], "\n"))
}

// Died tells whether the last sandbox ended by itself: stopping it would have removed the file.
func (s *Sandbox) Died() bool {
	_, err := os.Stat(s.PIDFile)
	return err == nil && s.Running() == nil
}

// SupervisorTail is the end of what PID 1 said.
func (s *Sandbox) SupervisorTail() string { return s.Tail(supervisorLog) }

// poll until the condition holds.
func poll(deadline time.Duration, what string, condition func() bool) error {
	for end := time.Now().Add(deadline); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("%s: not so after %s", what, deadline)
		}
	}
	return nil
}
