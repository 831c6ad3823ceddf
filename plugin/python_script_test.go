package plugin_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/styrmin/kubectl-styrmin/test/python"
)

// prefect gives scripts a Python with Prefect, in STYRMIN_PYTHON: prefect
type prefect struct{ t *testing.T }

func (p prefect) use(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: prefect")
	}
	venv := python.Environment(p.t)
	// A migrated database: to make one takes longer than the script.
	home := ts.MkAbs("prefect")
	ts.Check(os.MkdirAll(home, 0o700))
	database, err := os.ReadFile(filepath.Join(venv, "prefect", "prefect.db"))
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(home, "prefect.db"), database, 0o600))
	ts.Setenv("PREFECT_HOME", home)
	ts.Setenv("STYRMIN_PYTHON", python.Executable(venv))
}
