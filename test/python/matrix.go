package python

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Pair is a Python and a Prefect that actions are to run with.
type Pair struct {
	// Python is a minor version, such as 3.12; Prefect what pip would be told.
	Python  string
	Prefect []string
	// AsOf is the day whose packages Prefect gets beside it; empty is today. An old Prefect does
	// not know what its dependencies became later, and an image of it has those of its day.
	AsOf string
}

// Name is short, and fit for a test.
func (p Pair) Name() string {
	return "python-" + p.Python + "," + strings.ReplaceAll(p.Prefect[0], "==", "-")
}

// Pairs are the oldest and the newest Prefect 3 that there is for each Python that actions may have,
// the oldest Python first.
//
// The oldest is 3.0.11: until 3.0.10 its task engine takes whatever can be awaited for a coroutine, so it
// fails on the primitives' results. For Python 3.13 it is 3.3.0: those before depend on pendulum 3.0, of which
// there is no build for that Python. Prefect 3.9 and later need Python 3.11.
var Pairs = []Pair{
	{Python: "3.10", Prefect: []string{"prefect==3.0.11"}, AsOf: "2024-11-30"},
	{Python: "3.10", Prefect: []string{"prefect==3.8.8", "fastapi<0.151"}},
	{Python: "3.11", Prefect: []string{"prefect==3.0.11"}, AsOf: "2024-11-30"},
	{Python: "3.11", Prefect: []string{"prefect==3.9.1"}},
	{Python: "3.12", Prefect: []string{"prefect==3.0.11"}, AsOf: "2024-11-30"},
	{Python: "3.12", Prefect: []string{"prefect==3.9.1"}},
	{Python: "3.13", Prefect: []string{"prefect==3.3.0"}, AsOf: "2025-04-30"},
	{Python: "3.13", Prefect: []string{"prefect==3.9.1"}},
}

// Environment returns the pair's virtual environment, made once per machine. Without that Python the test is skipped.
func (p Pair) Environment(t testing.TB) string {
	t.Helper()
	base, ok := find(p.Python)
	if !ok {
		t.Skipf("there is no Python %s on the PATH or at ~/.pyenv/versions: pyenv install %s", p.Python, p.Python)
	}
	uv := filepath.Join(Checkers(t), "bin", "uv")
	recipe := fmt.Sprint(base, p)
	return environment(t, recipe, func(venv string) {
		env := []string{"UV_CACHE_DIR=" + filepath.Join(cacheDir(t), "uv"), "UV_PYTHON_DOWNLOADS=never"}
		Run(t, env, uv, "venv", "--quiet", "--clear", "--python", base.Path, venv)
		install := []string{"pip", "install", "--quiet", "--only-binary=:all:", "--python", Executable(venv)}
		if p.AsOf != "" {
			install = append(install, "--exclude-newer="+p.AsOf)
		}
		Run(t, env, uv, append(install, p.Prefect...)...)
		migrate(t, venv)
	})
}
