package sandbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
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
}

const readyDeadline = 3 * time.Minute

// supervise never restarts anything: a daemon that dies is a fault to be seen, and the end of the sandbox.
func (s *Sandbox) supervise(components []Component) error {
	died := make(chan error, 1)
	started := make(chan map[int]string, 1)
	started <- map[int]string{}
	for i, c := range components {
		begin := time.Now()
		if err := s.start(c, started); err != nil {
			return err
		}
		if i == 0 {
			go func() { died <- s.reap(started) }()
		}
		if err := s.await(c, died); err != nil {
			return err
		}
		fmt.Printf("%s started, %s\n", c.Name, time.Since(begin).Round(10*time.Millisecond))
	}
	return <-died
}

func (s *Sandbox) start(c Component, started chan map[int]string) error {
	log, err := os.OpenFile(s.LogFile(c.Name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	// The map is held while forking, so that reap knows every child it meets.
	names := <-started
	defer func() { started <- names }()
	pid, err := syscall.ForkExec(c.Args[0], c.Args, &syscall.ProcAttr{
		Env:   append(os.Environ(), c.Env...),
		Files: []uintptr{null.Fd(), log.Fd(), log.Fd()},
	})
	if err != nil {
		return fmt.Errorf("start %s: %w", c.Args[0], err)
	}
	names[pid] = c.Name
	return nil
}

// reap collects every orphan of the sandbox, as PID 1 has to, until one of the components ends.
func (s *Sandbox) reap(started chan map[int]string) error {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("wait for children: %w", err)
		}
		names := <-started
		name, ours := names[pid]
		started <- names
		if ours {
			return fmt.Errorf("%s died (exit code %d, signal %d)\n%s",
				name, status.ExitStatus(), status.Signal(), s.Tail(name))
		}
	}
}

func (s *Sandbox) await(c Component, died <-chan error) error {
	if c.Ready == "" {
		return nil
	}
	var dead error
	err := poll(readyDeadline, c.Name+" is ready", func() bool {
		select {
		case dead = <-died:
			return true
		default:
			return ready(c.Ready)
		}
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, s.Tail(c.Name))
	}
	return dead
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
