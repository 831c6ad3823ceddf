package vault_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

func put(t *testing.T, v vault.Vault, data string) vault.Part {
	t.Helper()
	part, err := v.Put(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return part
}

func commit(t *testing.T, v vault.Vault, part vault.Part) vault.Manifest {
	t.Helper()
	made, err := v.Commit(part.ID, vault.Manifest{Component: "db", Name: "b1", Kind: "postgres", Bytes: part.Bytes, SHA256: part.SHA256})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestWhole: a backup is there when it was committed, and not before.
func TestWhole(t *testing.T) {
	v := vault.Vault(t.TempDir())
	part := put(t, v, "data")
	if _, err := v.Find("db", "b1"); !errors.Is(err, vault.ErrNone) {
		t.Errorf("error %v, expected none before the commit", err)
	}
	commit(t, v, part)
	checked, err := v.Check("db", "b1")
	var got bytes.Buffer
	if _, getErr := v.Get("db", "b1", &got); err != nil || getErr != nil || got.String() != "data" || checked.Bytes != 4 {
		t.Errorf("%q, %+v, %v, %v", got.String(), checked, err, getErr)
	}
}

// TestFirstStays: of several that make one backup at once, one is kept, and nothing is left of the others.
func TestFirstStays(t *testing.T) {
	dir := t.TempDir()
	v := vault.Vault(dir)
	var all sync.WaitGroup
	made := make([]vault.Manifest, 8)
	for i := range made {
		all.Go(func() { made[i] = commit(t, v, put(t, v, strings.Repeat("x", i+1))) })
	}
	all.Wait()
	kept, err := v.Check("db", "b1")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range made {
		if m.SHA256 != kept.SHA256 {
			t.Errorf("one was told of %+v, and %+v is kept", m, kept)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(dir, ".parts")); len(left) > 0 {
		t.Errorf("%d parts are left", len(left))
	}
}

// TestDamaged: another byte, a missing end and a missing file are noticed.
func TestDamaged(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"another byte": func(path string) error { return os.WriteFile(path, []byte("dATa"), 0o600) },
		"cut":          func(path string) error { return os.Truncate(path, 2) },
		"gone":         os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			v := vault.Vault(dir)
			commit(t, v, put(t, v, "data"))
			if err := damage(filepath.Join(dir, "db", "b1", "data")); err != nil {
				t.Fatal(err)
			}
			if _, err := v.Check("db", "b1"); err == nil || errors.Is(err, vault.ErrNone) {
				t.Errorf("error %v, expected the damage", err)
			}
		})
	}
}

// TestBroken: a reader that fails leaves nothing.
func TestBroken(t *testing.T) {
	dir := t.TempDir()
	if _, err := vault.Vault(dir).Put(failing{}); err == nil {
		t.Error("no error")
	}
	if left, _ := os.ReadDir(filepath.Join(dir, ".parts")); len(left) > 0 {
		t.Errorf("%d parts are left", len(left))
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken") }

// TestSwept: what a dead sender left goes when it is old, and what is new stays.
func TestSwept(t *testing.T) {
	dir := t.TempDir()
	v := vault.Vault(dir)
	old, fresh := put(t, v, "old"), put(t, v, "fresh")
	long := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, ".parts", old.ID, "data"), long, long); err != nil {
		t.Fatal(err)
	}
	begun := filepath.Join(dir, ".parts", "part-begun") // killed before it had a file
	if err := errors.Join(os.Mkdir(begun, 0o700), os.Chtimes(begun, long, long)); err != nil {
		t.Fatal(err)
	}
	put(t, v, "another")
	for _, gone := range []string{filepath.Join(dir, ".parts", old.ID), begun} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s: %v, expected it to be gone", gone, err)
		}
	}
	commit(t, v, fresh)
}

func TestNames(t *testing.T) {
	v := vault.Vault(t.TempDir())
	for _, name := range []string{"", "../x", "a/b", ".parts", "-a", strings.Repeat("a", 64), "a b"} {
		if _, err := v.Find("db", name); err == nil || !strings.Contains(err.Error(), "name is ") {
			t.Errorf("%q: error %v, expected one about the name", name, err)
		}
		if err := v.Discard(name); err == nil {
			t.Errorf("the part %q was discarded", name)
		}
	}
}
