package python

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// record lists what Update has written: a line for each file, its digest and its path.
const record = Package + "/.written"

// ForeignError tells of files that are not as Update has written them.
type ForeignError struct {
	// Paths are below the directory.
	Paths []string
}

// Error names the files.
func (e *ForeignError) Error() string {
	return "it has files that are not as `kubectl styrmin sdk` writes them: " + strings.Join(e.Paths, ", ")
}

// Update is Write for a directory of somebody's own, for one that an earlier version
// has written to as well. When it finds a *ForeignError, it changes nothing.
func Update(dir string) error {
	written, err := readRecord(dir)
	if err != nil {
		return err
	}
	fresh, err := digests()
	if err != nil {
		return err
	}
	outdated, foreign, err := compare(dir, written, fresh)
	switch {
	case err != nil:
		return err
	case len(foreign) > 0:
		return &ForeignError{Paths: foreign}
	}
	for _, path := range outdated {
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(path))); err != nil {
			return err
		}
	}
	if err := Write(dir); err != nil {
		return err
	}
	return writeRecord(dir, fresh)
}

// compare looks at what there is below the package's directory: outdated is what an
// earlier version had and this one has not; foreign is what is nobody's of the two.
func compare(dir string, written, fresh map[string]string) (outdated, foreign []string, err error) {
	err = filepath.WalkDir(filepath.Join(dir, Package), func(path string, entry fs.DirEntry, err error) error {
		relative, _ := filepath.Rel(dir, path)
		relative = filepath.ToSlash(relative)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "__pycache__":
			return fs.SkipDir
		case entry.IsDir(), relative == record:
			return nil
		case !entry.Type().IsRegular():
			foreign = append(foreign, relative)
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch found := digest(content); {
		case found != fresh[relative] && found != written[relative]:
			foreign = append(foreign, relative)
		case fresh[relative] == "":
			outdated = append(outdated, relative)
		}
		return nil
	})
	return outdated, foreign, err
}

// digests are those of the package's files, by their paths.
func digests() (map[string]string, error) {
	found := map[string]string{}
	err := fs.WalkDir(files, Package, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(path)
		found[path] = digest(content)
		return err
	})
	return found, err
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// readRecord reads what an earlier Update has written; nothing when there was none.
func readRecord(dir string) (map[string]string, error) {
	content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(record)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	written := map[string]string{}
	for line := range strings.Lines(string(content)) {
		if sum, path, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			written[path] = sum
		}
	}
	return written, nil
}

func writeRecord(dir string, written map[string]string) error {
	var out strings.Builder
	for _, path := range slices.Sorted(maps.Keys(written)) {
		fmt.Fprintf(&out, "%s  %s\n", written[path], path)
	}
	return os.WriteFile(filepath.Join(dir, filepath.FromSlash(record)), []byte(out.String()), 0o644)
}
