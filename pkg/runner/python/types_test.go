package python

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/styrmin/kubectl-styrmin/test/python"
)

// TestTypes: mypy --strict accepts the package, and with it a driver that uses it well,
// and finds the mistakes of one that does not.
func TestTypes(t *testing.T) {
	sdk := t.TempDir()
	if err := Update(sdk); err != nil {
		t.Fatal(err)
	}
	if said, err := mypy(t, sdk, filepath.Join(sdk, Package), "testdata/typed.py"); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	said, err := mypy(t, sdk, "testdata/mistyped.py")
	source, _ := os.ReadFile("testdata/mistyped.py")
	if found, expected := strings.Count(said, "error:"), bytes.Count(source, []byte("# wrong")); err == nil || found != expected {
		t.Errorf("found %d errors, expected %d\n%s", found, expected, said)
	}
}

// TestStyle: ruff finds nothing in all the Python there is here, and would write it the same.
func TestStyle(t *testing.T) {
	for _, command := range [][]string{{"check", "--quiet", "--output-format=concise"}, {"format", "--quiet", "--diff"}} {
		cmd := exec.CommandContext(t.Context(), filepath.Join(python.Checkers(t), "bin", "ruff"), append(command, "--no-cache", ".")...)
		cmd.Dir = "../../.."
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("ruff %s: %v\n%s", command[0], err, output)
		}
	}
}

// mypy checks files as an author does who has put the package at a path of their own.
func mypy(t *testing.T, sdk string, files ...string) (string, error) {
	t.Helper()
	prefect := python.Executable(python.Environment(t))
	cmd := exec.CommandContext(t.Context(), python.Executable(python.Checkers(t)),
		append([]string{"-m", "mypy", "--config-file=pyproject.toml", "--python-executable", prefect, "--cache-dir", t.TempDir()}, files...)...)
	cmd.Env = append(os.Environ(), "MYPYPATH="+sdk)
	output, err := cmd.CombinedOutput()
	return string(output), err
}
