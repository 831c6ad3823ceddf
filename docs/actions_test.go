package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	sdk "github.com/styrmin/kubectl-styrmin/pkg/runner/python"
	"github.com/styrmin/kubectl-styrmin/test/python"
)

// TestActionsPage: actions.md is what the package's docstrings and signatures say.
func TestActionsPage(t *testing.T) {
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3 on the PATH")
	}
	var problems strings.Builder
	generator := exec.CommandContext(t.Context(), interpreter, "actions.py", "../pkg/runner/python/"+sdk.Package)
	generator.Stderr = &problems
	expected, err := generator.Output()
	if err != nil {
		t.Fatalf("actions.py: %v\n%s", err, problems.String())
	}
	if *update {
		if err := os.WriteFile("actions.md", expected, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	documented, err := os.ReadFile("actions.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(documented), "\n"), strings.Split(string(expected), "\n")); diff != "" {
		t.Errorf("actions.md is not what the package says (-documented +package); -update rewrites it:\n%s", diff)
	}
}

// TestActionsExamples: mypy accepts every example of actions.md.
func TestActionsExamples(t *testing.T) {
	dir := t.TempDir()
	if err := sdk.Write(dir); err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	code.WriteString("from styrmin_backend.actions import *\n\n\nasync def examples(deployment_id: str, target_version: str) -> None:\n")
	p := readPage(t, "actions.md")
	examples := 0
	for _, s := range p.sections {
		for _, f := range s.fences {
			switch content := p.content(f); {
			case f.language == "python" && s.level > 1:
				code.WriteString("    " + content)
				examples++
			case f.language == "python": // a module
				typed(t, dir, content)
			}
		}
	}
	if examples < 10 {
		t.Errorf("found %d examples, expected one for every primitive", examples)
	}
	typed(t, dir, code.String())
}

// typed lets mypy read a module that finds the package in a directory.
func typed(t *testing.T, dir, code string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "example.py")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	prefect := python.Executable(python.Environment(t))
	python.Run(t, []string{"MYPYPATH=" + dir}, python.Executable(python.Checkers(t)),
		"-m", "mypy", "--strict", "--python-executable", prefect, "--cache-dir", filepath.Join(dir, "cache"), file)
}
