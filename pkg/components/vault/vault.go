// Package vault keeps backups in a directory. A backup is there as a whole or not at
// all: it is written under a temporary name, with its checksum, and gets its own by a
// rename when whoever sent it says that it is whole. It knows no cluster.
package vault

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

const (
	parts        = ".parts"
	dataFile     = "data"
	manifestFile = "manifest.json"
	// staleAfter is when a part that nobody has written to belongs to a sender that is dead.
	staleAfter = 24 * time.Hour
)

// nameForm is what backups and components may be called.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// ErrNone means that there is no such backup.
var ErrNone = errors.New("there is no such backup")

// Manifest describes a backup. Its checksum is that of the data.
type Manifest struct {
	Component string    `json:"component"`
	Name      string    `json:"name"`
	Kind      string    `json:"kind"`
	Bytes     int64     `json:"bytes"`
	SHA256    string    `json:"sha256"`
	MadeAt    time.Time `json:"madeAt"`
}

// Part is data that has been written, and is no backup yet.
type Part struct {
	ID     string `json:"id"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Vault is a directory of backups. Several processes may use it at once.
type Vault string

// CheckName says what is wrong with the name of a backup or a component.
func CheckName(what, name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%s is %q, expected 1 to 63 letters, digits, '.', '_' and '-', beginning with a letter or a digit", what, name)
	}
	return nil
}

func (v Vault) path(component, name string) (string, error) {
	err := errors.Join(CheckName("component", component), CheckName("name", name))
	return filepath.Join(string(v), component, name), err
}

// Put writes data to the disk, and returns under what ID it waits for Commit.
func (v Vault) Put(from io.Reader) (part Part, err error) {
	all := filepath.Join(string(v), parts)
	if err := os.MkdirAll(all, 0o700); err != nil {
		return Part{}, err
	}
	v.sweep(all)
	dir, err := os.MkdirTemp(all, "part-")
	if err != nil {
		return Part{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	file, err := os.OpenFile(filepath.Join(dir, dataFile), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return Part{}, err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), from)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return Part{}, err
	}
	return Part{ID: filepath.Base(dir), Bytes: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// sweep removes what dead senders left. What cannot be removed is left to the next.
func (v Vault) sweep(all string) {
	entries, _ := os.ReadDir(all)
	for _, entry := range entries {
		part := filepath.Join(all, entry.Name())
		info, err := os.Stat(filepath.Join(part, dataFile))
		if errors.Is(err, fs.ErrNotExist) {
			info, err = os.Stat(part)
		}
		if err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = os.RemoveAll(part)
		}
	}
}

// Commit makes a part the backup that the manifest describes. Where another sender
// was first, that backup stays, and its manifest is returned.
func (v Vault) Commit(id string, m Manifest) (Manifest, error) {
	final, err := v.path(m.Component, m.Name)
	if err != nil {
		return Manifest{}, err
	}
	part, err := v.part(id)
	if err != nil {
		return Manifest{}, err
	}
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Manifest{}, err
	}
	if err := writeSynced(filepath.Join(part, manifestFile), content); err != nil {
		return Manifest{}, err
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o700); err != nil {
		return Manifest{}, err
	}
	if err := os.Rename(part, final); errors.Is(err, fs.ErrExist) {
		kept, err := v.Find(m.Component, m.Name)
		return kept, errors.Join(err, os.RemoveAll(part))
	} else if err != nil {
		return Manifest{}, err
	}
	return m, syncAll(final, filepath.Dir(final), string(v))
}

// Discard removes a part.
func (v Vault) Discard(id string) error {
	part, err := v.part(id)
	if err != nil {
		return err
	}
	return os.RemoveAll(part)
}

func (v Vault) part(id string) (string, error) {
	return filepath.Join(string(v), parts, id), CheckName("part", id)
}

// Find reads the manifest of a backup; ErrNone when there is none.
func (v Vault) Find(component, name string) (Manifest, error) {
	path, err := v.path(component, name)
	if err != nil {
		return Manifest{}, err
	}
	content, err := os.ReadFile(filepath.Join(path, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, ErrNone
	}
	if err != nil {
		return Manifest{}, err
	}
	var m Manifest
	if err := json.Unmarshal(content, &m); err != nil {
		return Manifest{}, fmt.Errorf("the manifest of backup %s of %s is damaged: %w", name, component, err)
	}
	return m, nil
}

// Check reads a backup and compares it with its manifest.
func (v Vault) Check(component, name string) (Manifest, error) {
	m, err := v.Find(component, name)
	if err != nil {
		return Manifest{}, err
	}
	sum := sha256.New()
	size, err := v.Get(component, name, sum)
	if err != nil {
		return Manifest{}, err
	}
	if found := hex.EncodeToString(sum.Sum(nil)); found != m.SHA256 || size != m.Bytes {
		return Manifest{}, fmt.Errorf("backup %s of %s is damaged: it has %d bytes with the checksum %s, its manifest says %d bytes with %s", name, component, size, found, m.Bytes, m.SHA256)
	}
	return m, nil
}

// Get writes a backup's data.
func (v Vault) Get(component, name string, to io.Writer) (int64, error) {
	path, err := v.path(component, name)
	if err != nil {
		return 0, err
	}
	file, err := os.Open(filepath.Join(path, dataFile))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return io.Copy(to, file)
}

func writeSynced(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// syncAll brings the names in directories to the disk.
func syncAll(directories ...string) error {
	for _, path := range directories {
		directory, err := os.Open(path)
		if err != nil {
			return err
		}
		if err := errors.Join(directory.Sync(), directory.Close()); err != nil {
			return err
		}
	}
	return nil
}
