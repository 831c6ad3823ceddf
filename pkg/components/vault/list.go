package vault

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Entry is a backup in a list.
type Entry struct {
	Manifest
	// Damage is why nothing but the component and the name is known.
	Damage string `json:"damage,omitempty"`
}

// List lists the backups of each component, the newest first. It compares no checksums:
// Check does. What is in the directory besides is left out.
func (v Vault) List() ([]Entry, error) {
	components, err := v.names(".")
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, component := range components {
		names, err := v.names(component)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			entry, err := v.entry(component, name)
			if errors.Is(err, ErrNone) { // removed just now
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, entry)
		}
	}
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), b.MadeAt.Compare(a.MadeAt))
	})
	return all, nil
}

// names are those directories in one of the vault's that a component or a backup may be called.
func (v Vault) names(dir string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(string(v), dir))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() && nameForm.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// entry reads one backup. One that was damaged is told as well: it may be removed.
func (v Vault) entry(component, name string) (Entry, error) {
	path := filepath.Join(string(v), component, name)
	found, err := v.Find(component, name)
	if err == nil {
		return Entry{Manifest: found}, nil
	}
	if _, gone := os.Stat(path); errors.Is(gone, fs.ErrNotExist) {
		return Entry{}, ErrNone
	}
	if errors.Is(err, ErrNone) {
		err = fmt.Errorf("it has no %s", manifestFile)
	}
	return Entry{Manifest: Manifest{Component: component, Name: name}, Damage: err.Error()}, nil
}

// Remove removes a backup. It is none any more before its data goes, and whoever reads it reads it to its end.
func (v Vault) Remove(component, name string) error {
	path, err := v.path(component, name)
	if err != nil {
		return err
	}
	all := filepath.Join(string(v), parts)
	if err := os.MkdirAll(all, 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(all, "removed-")
	if err != nil {
		return err
	}
	moved := os.Rename(path, filepath.Join(dir, name))
	if errors.Is(moved, fs.ErrNotExist) {
		moved = ErrNone
	} else if moved == nil {
		moved = syncAll(filepath.Dir(path))
	}
	return errors.Join(moved, os.RemoveAll(dir))
}
