package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/styrmin/kubectl-styrmin/plugin"
)

// asPlugin makes this test's program be the plugin.
const asPlugin = "STYRMIN_TEST_AS_PLUGIN"

func TestMain(m *testing.M) {
	if os.Getenv(asPlugin) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// output may be read while a process writes to it.
type output struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.data.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.data.String()
}

// hangingCluster is a cluster that takes requests and never answers. asked gets a value for each.
func hangingCluster(t *testing.T) (kubeconfig string, asked <-chan string) {
	t.Helper()
	requests, end := make(chan string, 100), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		requests <- r.URL.Path
		<-end
	}))
	t.Cleanup(func() { close(end); server.Close() })
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	content := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"c",
		"clusters":[{"name":"c","cluster":{"server":%q}}],"users":[{"name":"u"}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}]}`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return kubeconfig, requests
}

// process is the plugin at work.
type process struct {
	*testing.T
	cmd    *exec.Cmd
	stderr output
	ended  chan struct{}
}

func start(t *testing.T, arguments ...string) *process {
	t.Helper()
	kubeconfig, asked := hangingCluster(t)
	p := &process{T: t, cmd: exec.CommandContext(t.Context(), os.Args[0], arguments...), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asPlugin+"=1", "KUBECONFIG="+kubeconfig, "HOME="+t.TempDir())
	p.cmd.Stderr = &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(p.ended); _ = p.cmd.Wait() }()
	await(t, "a request", asked)
	return p
}

const patience = time.Minute

func await[T any](t *testing.T, what string, c <-chan T) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("%s: nothing happened within %s", what, patience)
	}
}

func (p *process) signal(s os.Signal) {
	p.Helper()
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.Fatal(err)
	}
}

// exits waits for the process's own end with the code of an interruption.
func (p *process) exits() {
	p.Helper()
	await(p.T, "the end", p.ended)
	if code := p.cmd.ProcessState.ExitCode(); code != plugin.ExitInterrupted {
		p.Errorf("exit code %d (%s), expected %d; stderr:\n%s", code, p.cmd.ProcessState, plugin.ExitInterrupted, &p.stderr)
	}
}

// TestFirstSignal: it stops, and says so.
func TestFirstSignal(t *testing.T) {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			p := start(t, "status", "notes")
			p.signal(s)
			p.exits()
			if found := p.stderr.String(); !strings.HasSuffix(found, "error: interrupted\n") {
				t.Errorf("stderr: found %q", found)
			}
		})
	}
}

// TestObey: the first signal stops, one that comes twice is one, the second quits.
func TestObey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 2)
		var stopped, hinted atomic.Bool
		quit := make(chan struct{})
		go func() {
			obey(signals, func() { stopped.Store(true) }, func() { hinted.Store(true) })
			close(quit)
		}()
		signals <- os.Interrupt
		signals <- os.Interrupt
		synctest.Wait()
		select {
		case <-quit:
			t.Fatal("a signal that came twice quits")
		default:
		}
		if !stopped.Load() || hinted.Load() {
			t.Errorf("stopped: %t, hinted: %t", stopped.Load(), hinted.Load())
		}
		time.Sleep(2 * hintAfter)
		if !hinted.Load() {
			t.Error("no hint, although stopping takes long")
		}
		signals <- syscall.SIGTERM
		<-quit
	})
}

// TestSecondSignal: what hangs and hears of no context is quit at once.
func TestSecondSignal(t *testing.T) {
	p := start(t, "setup", "notes", "--driver", "notes")
	p.signal(os.Interrupt)
	for !strings.Contains(p.stderr.String(), "interrupt once more to quit at once") {
		select {
		case <-p.ended:
			t.Skipf("nothing hangs that hears of no context: %s", &p.stderr)
		case <-time.After(10 * time.Millisecond):
		}
	}
	p.signal(os.Interrupt)
	p.exits()
}
