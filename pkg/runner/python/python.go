// Package python carries the Python package that actions import.
package python

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Package is the name of the Python package.
const Package = "styrmin_backend"

//go:embed styrmin_backend/*.py styrmin_backend/*/*.py styrmin_backend/py.typed
var files embed.FS

// Files are the package's sources, each at its path on Python's path.
func Files() fs.FS { return files }

// Write puts the package below a directory, which can then be on Python's
// path. A file that is there is replaced as a whole.
func Write(dir string) error {
	return fs.WalkDir(files, Package, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(path))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		content, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return fmt.Errorf("write the Python package: %w", err)
		}
		return nil
	})
}
