package sandbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Component is one daemon.
type Component struct {
	Name string
	Args []string // the program, by its path, and its arguments
	Env  []string
	// Ready says how to see that it works: an http(s) URL that answers 200, or unix:PATH that accepts connections.
	// Empty: nobody waits for it.
	Ready string
	// Later is true for what is started by Tell, when what it needs is in the cluster.
	Later bool
}

const readyDeadline = 3 * time.Minute

// supervisor is what PID 1 knows of its daemons.
type supervisor struct {
	*Sandbox
	components []Component
	mu         sync.Mutex
	// daemons are those that run, by process id.
	daemons map[int]*daemon
	died    chan error
}

// daemon is a component that runs.
type daemon struct {
	Component
	pid int
	// stopped is true when it was asked to end.
	stopped bool
	// ended is closed when it has.
	ended chan struct{}
}

// supervise never restarts anything by itself: a daemon that dies is a fault to be seen, and the end of the sandbox.
func (s *Sandbox) supervise(components []Component) error {
	v := &supervisor{Sandbox: s, components: components, daemons: map[int]*daemon{}, died: make(chan error, 1)}
	for i, c := range components {
		if c.Later {
			continue
		}
		begin := time.Now()
		d, err := v.fork(c)
		if err != nil {
			return err
		}
		if i == 0 {
			go func() { v.died <- v.reap() }()
		}
		if err := v.await(d); err != nil {
			return err
		}
		fmt.Printf("%s started, %s\n", c.Name, time.Since(begin).Round(10*time.Millisecond))
	}
	if err := v.listen(); err != nil {
		return err
	}
	return <-v.died
}

func (v *supervisor) fork(c Component) (*daemon, error) {
	log, err := os.OpenFile(v.LogFile(c.Name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	// The lock is held while forking, so that reap knows every child it meets.
	v.mu.Lock()
	defer v.mu.Unlock()
	pid, err := syscall.ForkExec(c.Args[0], c.Args, &syscall.ProcAttr{
		Env:   append(os.Environ(), c.Env...),
		Files: []uintptr{null.Fd(), log.Fd(), log.Fd()},
	})
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Args[0], err)
	}
	v.daemons[pid] = &daemon{Component: c, pid: pid, ended: make(chan struct{})}
	return v.daemons[pid], nil
}

// reap collects every orphan of the sandbox, as PID 1 has to, until one of the daemons ends that nobody stopped.
func (v *supervisor) reap() error {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("wait for children: %w", err)
		}
		if d := v.forget(pid); d != nil && !d.stopped {
			return fmt.Errorf("%s died (exit code %d, signal %d)\n%s",
				d.Name, status.ExitStatus(), status.Signal(), v.Tail(d.Name))
		}
	}
}

// forget takes note that a process has ended; it returns nil for one that is no daemon.
func (v *supervisor) forget(pid int) *daemon {
	v.mu.Lock()
	defer v.mu.Unlock()
	d := v.daemons[pid]
	if d != nil {
		delete(v.daemons, pid)
		close(d.ended)
	}
	return d
}

// await waits until a daemon works, or has ended.
func (v *supervisor) await(d *daemon) error {
	if d.Ready == "" {
		return nil
	}
	died := false
	err := poll(readyDeadline, d.Name+" is ready", func() bool {
		select {
		case <-d.ended:
			died = true
			return true
		default:
			return ready(d.Ready)
		}
	})
	if err == nil && died {
		err = fmt.Errorf("%s ended before it was ready", d.Name)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, v.Tail(d.Name))
	}
	return nil
}

// prober looks at health endpoints only; whom it talks to is not the question.
var prober = &http.Client{
	Timeout:   2 * time.Second,
	Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
}

func ready(target string) bool {
	if path, ok := strings.CutPrefix(target, "unix:"); ok {
		conn, err := net.Dial("unix", path)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, target, nil)
	if err != nil {
		return false
	}
	response, err := prober.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
