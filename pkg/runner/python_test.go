package runner

import (
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// suite is what all tests with a real Prefect share: it takes seconds to start.
type suite struct {
	python string // an interpreter that has Prefect
	api    string // a Prefect server
}

// newSuite makes the virtual environment, once per machine, and starts a
// Prefect server for this run of the tests.
func newSuite(t *testing.T) suite {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Python with Prefect; not with -short")
	}
	venv := virtualEnvironment(t)
	return suite{python: filepath.Join(venv, "bin", "python"), api: prefectServer(t, venv)}
}

// virtualEnvironment returns the environment with the pinned packages.
func virtualEnvironment(t *testing.T) string {
	t.Helper()
	base, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3 on the PATH, version 3.10 or newer")
	}
	pinned, err := os.ReadFile("testdata/requirements.txt")
	if err != nil {
		t.Fatal(err)
	}
	venv := filepath.Join(cacheDir(t), fmt.Sprintf("venv-%x", sha256.Sum256(append([]byte(base), pinned...)))[:40])
	defer lock(t, venv+".lock")()
	if _, err := os.Stat(filepath.Join(venv, "complete")); err == nil {
		return venv
	}
	t.Logf("making %s; this takes a minute, once", venv)
	run(t, nil, base, "-m", "venv", "--clear", venv)
	python := filepath.Join(venv, "bin", "python")
	run(t, nil, python, "-m", "pip", "install", "--quiet", "--requirement", "testdata/requirements.txt")
	// Migrating an empty database takes longer than all the tests: keep a migrated one.
	run(t, []string{"PREFECT_HOME=" + filepath.Join(venv, "prefect")}, python, "-m", "prefect", "server", "database", "upgrade", "-y")
	run(t, nil, "touch", filepath.Join(venv, "complete"))
	return venv
}

func cacheDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("STYRMIN_CACHE")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(home, ".cache", "kubectl-styrmin")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// lock keeps test processes that start at the same time from making one thing twice.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { _ = file.Close() }
}

func run(t *testing.T, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, output)
	}
}

// prefectServer starts a server that ends with the test.
func prefectServer(t *testing.T, venv string) string {
	t.Helper()
	home := t.TempDir()
	run(t, nil, "cp", filepath.Join(venv, "prefect", "prefect.db"), home)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().(*net.TCPAddr)
	_ = listener.Close()

	server := exec.Command(filepath.Join(venv, "bin", "python"), "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app", //nolint:noctx // killed below
		"--host", "127.0.0.1", "--port", fmt.Sprint(address.Port), "--log-level", "error", "--lifespan", "on")
	server.Env = append(append(os.Environ(), prefectDefaults()...), "PREFECT_HOME="+home, "PREFECT_UI_ENABLED=0")
	server.Stdout, server.Stderr = os.Stderr, os.Stderr
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	api := fmt.Sprintf("http://%s/api", address)
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if response, err := http.Get(api + "/health"); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return api
			}
		}
		if time.Now().After(end) {
			t.Fatalf("the Prefect server %s did not get healthy", api)
		}
	}
}
