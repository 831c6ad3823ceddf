// Package python gives tests a Python with the packages that drivers' actions
// run with: Prefect, and with it the real Jinja2.
package python

import (
	"crypto/sha256"
	_ "embed" // for the requirements
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

//go:embed requirements.txt
var requirements []byte

// checkers are what looks at Python from outside; it needs no Prefect beside it.
//
//go:embed checkers.txt
var checkers []byte

// Environment returns the virtual environment with the pinned packages. It is
// made once per machine, which takes a minute; without a Python, or with
// -short, the test is skipped.
func Environment(t testing.TB) string {
	t.Helper()
	return environment(t, requirements, func(venv string) {
		// Migrating an empty database takes longer than all the tests: keep a migrated one.
		Run(t, []string{"PREFECT_HOME=" + filepath.Join(venv, "prefect")}, Interpreter(venv), "-m", "prefect", "server", "database", "upgrade", "-y")
	})
}

// Checkers returns a virtual environment with mypy, made like that of Environment.
func Checkers(t testing.TB) string {
	t.Helper()
	return environment(t, checkers, func(string) {})
}

func environment(t testing.TB, packages []byte, finish func(venv string)) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Python with packages; not with -short")
	}
	base, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3 on the PATH, version 3.10 or newer")
	}
	venv := filepath.Join(cacheDir(t), fmt.Sprintf("venv-%x", sha256.Sum256(append([]byte(base), packages...)))[:40])
	defer lock(t, venv+".lock")()
	if _, err := os.Stat(filepath.Join(venv, "complete")); err == nil {
		return venv
	}
	t.Logf("making %s; this takes a minute, once", venv)
	build(t, base, venv, packages)
	finish(venv)
	Run(t, nil, "touch", filepath.Join(venv, "complete"))
	return venv
}

func build(t testing.TB, base, venv string, packages []byte) {
	t.Helper()
	pinned := filepath.Join(t.TempDir(), "requirements.txt")
	if err := os.WriteFile(pinned, packages, 0o600); err != nil {
		t.Fatal(err)
	}
	Run(t, nil, base, "-m", "venv", "--clear", venv)
	Run(t, nil, Interpreter(venv), "-m", "pip", "install", "--quiet", "--requirement", pinned)
}

// Interpreter is the Python of an environment.
func Interpreter(venv string) string { return filepath.Join(venv, "bin", "python") }

// Run runs a program with more variables in its environment and fails the test when it fails.
func Run(t testing.TB, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, output)
	}
}

func cacheDir(t testing.TB) string {
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
func lock(t testing.TB, path string) (unlock func()) {
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
