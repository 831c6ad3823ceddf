package vault_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
)

// keep makes a backup of so many hours ago.
func keep(t *testing.T, v vault.Vault, component, name string, hours int) {
	t.Helper()
	part := put(t, v, name)
	made := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC).Add(-time.Duration(hours) * time.Hour)
	if _, err := v.Commit(part.ID, vault.Manifest{Component: component, Name: name, Kind: "postgres", Bytes: part.Bytes, SHA256: part.SHA256, MadeAt: made}); err != nil {
		t.Fatal(err)
	}
}

// listed are the backups of a list, damaged ones with a mark.
func listed(t *testing.T, v vault.Vault) (found []string) {
	t.Helper()
	entries, err := v.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		mark := ""
		if e.Damage != "" {
			mark = "!"
		}
		found = append(found, e.Component+"/"+e.Name+mark)
	}
	return found
}

// TestList: the newest of each component is first; what is no backup is left out, and what was damaged is not hidden.
func TestList(t *testing.T) {
	dir := t.TempDir()
	v := vault.Vault(dir)
	if found := listed(t, v); len(found) > 0 {
		t.Errorf("%v in an empty vault", found)
	}
	keep(t, v, "db", "older", 2)
	keep(t, v, "db", "newer", 1)
	keep(t, v, "cache", "only", 3)
	keep(t, v, "db", "unreadable", 0)
	keep(t, v, "db", "bare", 0)
	put(t, v, "a part")
	for _, err := range []error{
		os.Mkdir(filepath.Join(dir, "lost+found"), 0o700), os.WriteFile(filepath.Join(dir, "note"), nil, 0o600), os.WriteFile(filepath.Join(dir, "db", "note"), nil, 0o600),
		os.WriteFile(filepath.Join(dir, "db", "unreadable", "manifest.json"), []byte("{"), 0o600), os.Remove(filepath.Join(dir, "db", "bare", "manifest.json")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"cache/only", "db/newer", "db/older", "db/bare!", "db/unreadable!"}
	if found := listed(t, v); !slices.Equal(found, want) {
		t.Errorf("%v, expected %v", found, want)
	}
}

// TestRemove: what is removed is gone, is made anew under its name, and the rest stays.
func TestRemove(t *testing.T) {
	dir := t.TempDir()
	v := vault.Vault(dir)
	keep(t, v, "db", "one", 2)
	keep(t, v, "db", "other", 1)
	reader, err := os.Open(filepath.Join(dir, "db", "one", "data"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := v.Remove("db", "one"); err != nil {
		t.Fatal(err)
	}
	if err := v.Remove("db", "one"); !errors.Is(err, vault.ErrNone) {
		t.Errorf("error %v, expected that there is no such backup", err)
	}
	if data, err := io.ReadAll(reader); err != nil || string(data) != "one" {
		t.Errorf("%q, %v: who has begun to read it reads it to its end", data, err)
	}
	if found := listed(t, v); !slices.Equal(found, []string{"db/other"}) {
		t.Errorf("%v are left, expected db/other", found)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, ".parts")); len(left) > 0 {
		t.Errorf("%d parts are left", len(left))
	}
	keep(t, v, "db", "one", 0)
	if _, err := v.Check("db", "one"); err != nil {
		t.Error(err)
	}
	if err := v.Remove("db", "../other"); err == nil || errors.Is(err, vault.ErrNone) {
		t.Errorf("error %v, expected one about the name", err)
	}
}
