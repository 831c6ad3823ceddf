package runner

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/test/python"
)

// suite is what all tests with a real Prefect share: it takes seconds to start.
type suite struct {
	python string // an interpreter that has Prefect
	api    string // a Prefect server
	home   string // where the runner is installed
}

// newSuite installs the runner, and starts a Prefect server of the virtual environment for this run of the tests.
func newSuite(t *testing.T, venv string) suite {
	t.Helper()
	home := t.TempDir()
	if err := Install("testdata/fake-runner", home); err != nil {
		t.Fatal(err)
	}
	return suite{python: python.Executable(venv), api: prefectServer(t, venv), home: home}
}

// prefectServer starts a server that ends with the test.
func prefectServer(t *testing.T, venv string) string {
	t.Helper()
	home := t.TempDir()
	python.Run(t, nil, "cp", filepath.Join(venv, "prefect", "prefect.db"), home)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().(*net.TCPAddr)
	_ = listener.Close()

	server := exec.Command(python.Executable(venv), "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app", //nolint:noctx // killed below
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
