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
	return pinned(t, requirements, migrate)
}

// Checkers returns a virtual environment with what looks at Python or makes environments of it.
func Checkers(t testing.TB) string {
	t.Helper()
	return pinned(t, checkers, func(testing.TB, string) {})
}

// pinned returns an environment of the PATH's own Python.
func pinned(t testing.TB, packages []byte, finish func(t testing.TB, venv string)) string {
	t.Helper()
	base, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3 on the PATH, version 3.10 or newer")
	}
	return environment(t, base+string(packages), func(venv string) {
		list := filepath.Join(t.TempDir(), "requirements.txt")
		if err := os.WriteFile(list, packages, 0o600); err != nil {
			t.Fatal(err)
		}
		Run(t, nil, base, "-m", "venv", "--clear", venv)
		Run(t, nil, Executable(venv), "-m", "pip", "install", "--quiet", "--requirement", list)
		finish(t, venv)
	})
}

// environment returns the environment of a recipe, which make makes where it is not there yet.
func environment(t testing.TB, recipe string, make func(venv string)) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Python with packages; not with -short")
	}
	venv := filepath.Join(cacheDir(t), fmt.Sprintf("venv-%x", sha256.Sum256([]byte(recipe)))[:40])
	defer lock(t, venv+".lock")()
	if _, err := os.Stat(filepath.Join(venv, "complete")); err == nil {
		return venv
	}
	t.Logf("making %s; this takes a minute, once", venv)
	make(venv)
	Run(t, nil, "touch", filepath.Join(venv, "complete"))
	return venv
}

// migrate keeps a migrated database of Prefect's: to migrate an empty one takes longer than all the tests.
func migrate(t testing.TB, venv string) {
	t.Helper()
	Run(t, []string{"PREFECT_HOME=" + filepath.Join(venv, "prefect")}, filepath.Join(venv, "bin", "prefect"), "server", "database", "upgrade", "-y")
}

// Executable is the Python of an environment.
func Executable(venv string) string { return filepath.Join(venv, "bin", "python") }

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
