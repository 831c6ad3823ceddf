package python

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// put writes a file below a directory.
func put(t *testing.T, dir, path, content string) {
	t.Helper()
	target := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(target, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestUpdateForeign: what somebody else wrote or changed is named, and stays; nothing else is written.
func TestUpdateForeign(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, dir string) string{
		"a file of another package": func(t *testing.T, dir string) string {
			put(t, dir, "styrmin_backend/__init__.py", "mine = 1\n")
			return "styrmin_backend/__init__.py"
		},
		"a file that the package does not have": func(t *testing.T, dir string) string {
			put(t, dir, "styrmin_backend/notes.txt", "")
			return "styrmin_backend/notes.txt"
		},
		"one that was changed": func(t *testing.T, dir string) string {
			if err := Update(dir); err != nil {
				t.Fatal(err)
			}
			put(t, dir, "styrmin_backend/context.py", "changed = 1\n")
			return "styrmin_backend/context.py"
		},
		"a link": func(t *testing.T, dir string) string {
			if err := os.Symlink(t.TempDir(), filepath.Join(dir, "styrmin_backend")); err != nil {
				t.Fatal(err)
			}
			return "styrmin_backend"
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := prepare(t, dir)
			before, _ := os.ReadFile(filepath.Join(dir, path))
			var foreign *ForeignError
			if err := Update(dir); !errors.As(err, &foreign) || !slices.Equal(foreign.Paths, []string{path}) {
				t.Fatalf("found %v, expected that %s is foreign", err, path)
			}
			if after, _ := os.ReadFile(filepath.Join(dir, path)); string(after) != string(before) {
				t.Errorf("%s was changed", path)
			}
		})
	}
}

// TestUpdate: what an earlier version wrote is replaced, and goes where this one has it no more.
func TestUpdate(t *testing.T) {
	dir := t.TempDir()
	earlier := map[string]string{"styrmin_backend/gone.py": "old = 1\n", "styrmin_backend/context.py": "old = 1\n"}
	sums := map[string]string{}
	for path, content := range earlier {
		put(t, dir, path, content)
		sums[path] = digest([]byte(content))
	}
	put(t, dir, "styrmin_backend/__pycache__/context.pyc", "")
	if err := writeRecord(dir, sums); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Update(dir); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "styrmin_backend/gone.py")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("gone.py is still there: %v", err)
	}
	want, _ := files.ReadFile("styrmin_backend/context.py")
	if got, _ := os.ReadFile(filepath.Join(dir, "styrmin_backend/context.py")); string(got) != string(want) {
		t.Errorf("context.py was not replaced")
	}
}
