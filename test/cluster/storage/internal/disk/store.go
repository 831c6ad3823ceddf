// Package disk is a CSI driver of directories. It is small, but keeps the specification's promises: every call may be
// repeated, and what was not completed is not there.
package disk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Store is the directory with all volumes and snapshots: each has a directory with its data, and what it is.
type Store string

// kind tells volumes from snapshots.
type kind string

const (
	volumes   kind = "volumes"
	snapshots kind = "snapshots"
	unmade         = "unmade"
	metaFile       = "meta.json"
	dataDir        = "data"
)

// Meta is what a volume or a snapshot is.
type Meta struct {
	Name   string    `json:"name"`
	Bytes  int64     `json:"bytes"`
	Source string    `json:"source,omitempty"` // id of the volume or snapshot that it was made from
	MadeAt time.Time `json:"madeAt"`
}

// Open removes what a driver that was killed did not complete.
func (s Store) Open() error {
	if err := os.RemoveAll(s.path(unmade)); err != nil {
		return err
	}
	for _, dir := range []string{string(volumes), string(snapshots), unmade} {
		if err := os.MkdirAll(s.path(dir), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (s Store) path(elem ...string) string {
	return filepath.Join(append([]string{string(s)}, elem...)...)
}

// data is the directory that a volume's pods see.
func (s Store) data(k kind, id string) string { return s.path(string(k), id, dataDir) }

// idOf is the same for every call about a name.
func idOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

// known is true for what an id looks like, and nothing that leads out of the directory.
func known(id string) bool { return id != "" && filepath.Base(id) == id && id != "." && id != ".." }

// find reads what there is under an id; nil when there is nothing.
func (s Store) find(k kind, id string) (*Meta, error) {
	if !known(id) {
		return nil, nil
	}
	content, err := os.ReadFile(s.path(string(k), id, metaFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m Meta
	return &m, json.Unmarshal(content, &m)
}

// make makes a volume or a snapshot, with a copy of the data of another, aside, and moves it to its place as a whole. It
// returns what is there, whoever made it.
func (s Store) make(k kind, m Meta, from string) (*Meta, error) {
	aside, err := os.MkdirTemp(s.path(unmade), "")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(aside)
	data := filepath.Join(aside, dataDir)
	if err := os.Mkdir(data, 0o777); err != nil {
		return nil, err
	}
	if err := os.Chmod(data, 0o777); err != nil { // whatever the umask: pods have users of their own
		return nil, err
	}
	if from != "" {
		if output, err := exec.Command("cp", "--archive", "--reflink=auto", from+"/.", data).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("copy %s: %w: %s", from, err, output)
		}
	}
	content, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(aside, metaFile), content, 0o644); err != nil {
		return nil, err
	}
	id := idOf(m.Name)
	if err := os.Rename(aside, s.path(string(k), id)); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return s.find(k, id)
}

// remove removes what is there, at once for whoever looks. What is not there is no error.
func (s Store) remove(k kind, id string) error {
	if !known(id) {
		return nil
	}
	aside, err := os.MkdirTemp(s.path(unmade), "")
	if err != nil {
		return err
	}
	moved := os.Rename(s.path(string(k), id), filepath.Join(aside, "removed"))
	if errors.Is(moved, fs.ErrNotExist) {
		moved = nil
	}
	return errors.Join(moved, os.RemoveAll(aside))
}
