package python

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// found is what testdata/functions.py prints about one file.
type found struct {
	Path   string
	Bad    bool
	Module []foundFunction
	All    []foundFunction
}

type foundFunction struct {
	Name       string
	Line       int
	Async      bool
	Decorators [][]any
	Parameters [][]any
}

// TestAgainstCPython compares every function of Python's standard library with
// what CPython's own parser finds.
func TestAgainstCPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on this machine: nothing to compare with")
	}
	files := standardLibrary(t, python)
	if testing.Short() {
		files = slices.DeleteFunc(files, func(path string) bool { return len(path)%8 != 0 })
	}
	functions := 0
	for _, f := range ask(t, python, files) {
		data, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if f.Bad {
			// Only that it ends, without a panic.
			_, _ = Parse(string(data))
			continue
		}
		functions += len(f.All)
		compare(t, f.Path, string(data), false, f.Module)
		compare(t, f.Path, string(data), true, f.All)
	}
	t.Logf("%d functions in %d files", functions, len(files))
	if functions < 1000 {
		t.Errorf("only %d functions were compared; is the standard library there?", functions)
	}
}

func compare(t *testing.T, path, src string, everywhere bool, want []foundFunction) {
	t.Helper()
	m, err := parse(src, everywhere)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	var got []foundFunction
	for _, f := range m.Functions {
		got = append(got, asFound(f))
	}
	sortByLine(got)
	sortByLine(want)
	if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
		t.Errorf("%s: (-CPython +ours)\n%s", path, diff)
	}
}

func sortByLine(f []foundFunction) {
	slices.SortStableFunc(f, func(a, b foundFunction) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Name, b.Name)
	})
}

func asFound(f Function) foundFunction {
	out := foundFunction{Name: f.Name, Line: f.Line, Async: f.Async, Decorators: [][]any{}, Parameters: [][]any{}}
	for _, d := range f.Decorators {
		out.Decorators = append(out.Decorators, []any{d.Name, d.Called})
	}
	for _, p := range f.Parameters {
		out.Parameters = append(out.Parameters, []any{p.Name, string(p.Kind), p.Annotated, p.HasDefault})
	}
	return out
}

// ask runs CPython's parser over the files.
func ask(t *testing.T, python string, files []string) []found {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python, "-W", "ignore", filepath.Join("testdata", "functions.py"))
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("asking CPython: %v\n%s", err, stderr.String())
	}
	var all []found
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var f found
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// standardLibrary lists the .py files of python's standard library.
func standardLibrary(t *testing.T, python string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), python, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))").Output()
	if err != nil {
		t.Fatalf("finding the standard library: %v", err)
	}
	var files []string
	err = filepath.WalkDir(strings.TrimSpace(string(out)), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "site-packages" || d.Name() == "__pycache__"):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".py"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
