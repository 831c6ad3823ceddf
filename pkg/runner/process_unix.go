//go:build unix

package runner

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// supervise runs the child in a process group of its own, asks it to end when
// the context does, and says how it ended. What it leaves behind ends with it.
func (r *Runner) supervise(ctx context.Context, child *exec.Cmd) (code int, how string, err error) {
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := child.Start(); err != nil {
		return 0, "", err
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-ctx.Done():
			// The kubelet's SIGTERM reached this process only; Prefect makes it a crashed flow.
			_ = child.Process.Signal(syscall.SIGTERM)
		case <-ended:
		}
	}()
	// A child's child that holds the output open must not hold up the end.
	child.WaitDelay = outputDelay
	err = child.Wait()
	_ = syscall.Kill(-child.Process.Pid, syscall.SIGKILL)
	if err != nil && child.ProcessState == nil {
		return 0, "", err
	}
	code, how = ending(child.ProcessState)
	return code, how, nil
}

// ending puts a process' end into words.
func ending(state *os.ProcessState) (int, string) {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return state.ExitCode(), fmt.Sprintf("ended with code %d", state.ExitCode())
	}
	how := "was killed by " + unix.SignalName(status.Signal())
	if status.Signal() == syscall.SIGKILL {
		how += " (out of memory?)"
	}
	return -1, how
}
