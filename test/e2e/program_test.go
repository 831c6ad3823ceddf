package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// commandTimeout bounds a command that does not say otherwise: a whole run of a
// driver on a busy machine.
const commandTimeout = 8 * time.Minute

// result is how a program ended.
type result struct {
	command string
	code    int
	// stdout is its output, out that and its errors in the order of writing.
	stdout, out string
	took        time.Duration
}

func (r result) String() string {
	return fmt.Sprintf("$ %s\n%s\n[exit code %d after %s]", r.command, strings.TrimRight(r.out, "\n"), r.code, r.took.Round(100*time.Millisecond))
}

// process is a program that runs beside the test.
type process struct {
	cmd    *exec.Cmd
	began  time.Time
	stdout buffer
	out    buffer
	ended  chan struct{}
	err    error
}

// buffer may be read while a program writes to it.
type buffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.String()
}

// tee writes to both buffers.
type tee struct{ first, second *buffer }

func (t tee) Write(p []byte) (int, error) {
	_, _ = t.first.Write(p)
	return t.second.Write(p)
}

// launch starts a program. kubectl replaces itself by the plugin, so the
// process is the plugin's.
func launch(ctx context.Context, kubeconfig, stdin string, command ...string) *process {
	p := &process{began: time.Now(), ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, command[0], command[1:]...)
	p.cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "NO_COLOR=1")
	p.cmd.Stdin = strings.NewReader(stdin)
	p.cmd.Stdout, p.cmd.Stderr = tee{&p.stdout, &p.out}, &p.out
	p.cmd.WaitDelay = 5 * time.Second
	if p.err = p.cmd.Start(); p.err != nil {
		close(p.ended)
		return p
	}
	go func() { defer close(p.ended); p.err = p.cmd.Wait() }()
	return p
}

// wait waits for the program's end, which its context bounds.
func (p *process) wait() result {
	<-p.ended
	r := result{command: strings.Join(p.cmd.Args, " "), stdout: p.stdout.String(), out: p.out.String(), took: time.Since(p.began)}
	var exit *exec.ExitError
	switch {
	case errors.As(p.err, &exit):
		r.code = exit.ExitCode()
	case p.err != nil:
		r.code, r.out = -1, r.out+p.err.Error()
	}
	return r
}

// kill ends the program as kill -9 does.
func (p *process) kill(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
		t.Fatalf("it ended before it was killed:\n%s", p.wait())
	default:
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.ended
}

// execute runs a program to its end.
func execute(ctx context.Context, kubeconfig, stdin string, command ...string) result {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	return launch(ctx, kubeconfig, stdin, command...).wait()
}

// expect checks a program's exit code and that its output contains all of some texts.
func (r result) expect(t *testing.T, code int, texts ...string) result {
	t.Helper()
	t.Log(r)
	if r.code != code {
		t.Fatalf("exit code %d, expected %d", r.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(r.out, text) {
			t.Fatalf("the output does not say %q", text)
		}
	}
	return r
}

// without checks that the output does not contain a text.
func (r result) without(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(r.out, text) {
		t.Fatalf("the output says %q and should not", text)
	}
}
