package krew

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Release says what to pack and where to.
type Release struct {
	// Version begins with v.
	Version string
	// Binaries has a directory per platform (linux_amd64, …) with the plugin's program.
	Binaries string
	// Root is the repository: LICENSE and the completion scripts come from there.
	Root string
	// Out receives the archives and checksums.txt.
	Out string
	// Manifest is the path of the plugin manifest to write.
	Manifest string
	// Modified is the modification time of every file in the archives.
	Modified time.Time
}

// Pack writes the archives, their checksums and, when it keeps krew's rules, the manifest.
func (r *Release) Pack() error {
	sums := map[Platform]string{}
	var lines strings.Builder
	for _, p := range Platforms {
		sum, err := r.packOne(p)
		if err != nil {
			return err
		}
		sums[p] = sum
		fmt.Fprintf(&lines, "%s  %s\n", sum, p.Archive())
	}
	if err := os.WriteFile(filepath.Join(r.Out, "checksums.txt"), []byte(lines.String()), 0o644); err != nil {
		return err
	}
	manifest := NewManifest(r.Version, sums)
	if problems := manifest.Problems(); len(problems) > 0 {
		return fmt.Errorf("the manifest breaks krew's rules:\n  %s", strings.Join(problems, "\n  "))
	}
	text, err := manifest.YAML()
	if err != nil {
		return err
	}
	return os.WriteFile(r.Manifest, text, 0o644)
}

// packOne writes a platform's archive and returns its checksum.
func (r *Release) packOne(p Platform) (string, error) {
	entries, err := r.entries(p)
	if err != nil {
		return "", err
	}
	var archive bytes.Buffer
	if err := WriteArchive(&archive, p.Archive(), entries, r.Modified); err != nil {
		return "", err
	}
	if err := os.MkdirAll(r.Out, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(r.Out, p.Archive()), archive.Bytes(), 0o644); err != nil {
		return "", err
	}
	sum := sha256.Sum256(archive.Bytes())
	return hex.EncodeToString(sum[:]), nil
}

func (r *Release) entries(p Platform) ([]Entry, error) {
	var entries []Entry
	for _, f := range []struct {
		name, path string
		mode       int64
	}{
		{p.Binary(), filepath.Join(r.Binaries, p.String(), p.Binary()), 0o755},
		{p.Completion(), filepath.Join(r.Root, "krew", p.Completion()), 0o755},
		{"LICENSE", filepath.Join(r.Root, "LICENSE"), 0o644},
	} {
		data, err := os.ReadFile(f.path)
		if err != nil {
			return nil, fmt.Errorf("archive %s: %w", p.Archive(), err)
		}
		entries = append(entries, Entry{Name: f.name, Mode: f.mode, Data: data})
	}
	return entries, nil
}
