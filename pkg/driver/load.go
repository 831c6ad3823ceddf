package driver

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// Stdin is what diagnostics call a driver.styrmin.yml that came from a stream alone.
const Stdin = "<stdin>"

// LoadDir reads the driver in the directory; the path of its driver.styrmin.yml
// serves too. Problems of reading, syntax and types come back as diagnostics,
// sorted, each once. The driver is nil when there is no driver.styrmin.yml. When
// nothing could be made of that file, the driver has the other files only, and
// Invalid("") is true.
func LoadDir(dir string) (*Driver, diagnostic.List) {
	l := &loader{}
	d := l.fromDir(dir)
	return d, l.problems.List()
}

// Load is LoadDir for a driver.styrmin.yml that r reads: what an editor has not
// saved yet. The other files come from the directory; when it is empty, the
// driver is Partial and diagnostics name the file Stdin.
func Load(r io.Reader, dir string) (*Driver, diagnostic.List) {
	l := &loader{}
	d := l.fromReader(r, dir)
	return d, l.problems.List()
}

// loader collects the problems of one driver.
type loader struct{ problems diagnostic.Collector }

func (l *loader) report(d diagnostic.Diagnostic) { l.problems.Add(d) }

func (l *loader) fromDir(path string) *Driver {
	dir := l.open(path)
	if dir == nil {
		return nil
	}
	defer dir.root.Close()
	text, found := dir.read(v1.DriverFile)
	if !found && l.lacks(v1.DriverFile, dir) {
		return nil
	}
	return l.driver(text, dir)
}

// lacks reports whether the file is not there at all.
func (l *loader) lacks(name string, dir *directory) bool {
	_, err := dir.root.Lstat(name)
	return errors.Is(err, fs.ErrNotExist)
}

func (l *loader) fromReader(r io.Reader, path string) *Driver {
	dir := &directory{file: Stdin, report: l.report, unreadable: map[string]bool{}}
	if path != "" {
		if dir = l.open(path); dir == nil {
			return nil
		}
		defer dir.root.Close()
	}
	text, _ := dir.readFrom(r, v1.DriverFile)
	return l.driver(text, dir)
}

// open opens the driver's directory; nil when it cannot be.
func (l *loader) open(path string) *directory {
	path, ok := l.directoryOf(path)
	if !ok {
		return nil
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		l.report(diagnostic.Diagnostic{File: path, Rule: "driver-missing", Message: fmt.Sprintf("the directory cannot be opened: %v", cause(err)), Help: "check its permissions"})
		return nil
	}
	return &directory{path: path, root: root, report: l.report, unreadable: map[string]bool{}}
}

// driver makes a driver of driver.styrmin.yml and what lies beside it.
func (l *loader) driver(text string, dir *directory) *Driver {
	file := dir.fileName(v1.DriverFile)
	inFile := reporter{problems: &l.problems, file: file}
	var raw map[string]any
	src := &source{}
	if !dir.unreadable[v1.DriverFile] {
		raw, src = parseYAML(strings.TrimPrefix(text, "\uFEFF"), inFile)
	}
	d := build(raw, dir.files(), src, inFile)
	d.Dir, d.file, d.Partial, d.unreadable = dir.path, dir.file, dir.root == nil, dir.unreadable
	l.checkFiles(d, file)
	l.problems.List().AddExcerpts(d.Text)
	return d
}

// directoryOf is the driver's directory, given it or its driver.styrmin.yml.
func (l *loader) directoryOf(path string) (string, bool) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.report(diagnostic.Diagnostic{File: path, Rule: "driver-missing", Message: "there is no such file or directory", Help: "give the directory that holds " + v1.DriverFile})
		return "", false
	case err != nil:
		l.report(diagnostic.Diagnostic{File: path, Rule: "driver-missing", Message: fmt.Sprintf("it cannot be read: %v", cause(err)), Help: "check the path and its permissions"})
		return "", false
	case info.IsDir():
		return filepath.Clean(path), true
	case filepath.Base(path) == v1.DriverFile:
		return filepath.Dir(path), true
	}
	l.report(diagnostic.Diagnostic{
		File: path, Rule: "driver-missing",
		Message: fmt.Sprintf("a driver is a directory with a %s in it", v1.DriverFile),
		Help:    "give the directory, or rename the file to " + v1.DriverFile,
	})
	return "", false
}

// checkFiles reports what is wrong with the files as a whole.
func (l *loader) checkFiles(d *Driver, file string) {
	if message, ok := checkTotal(d.Files, len(d.source.text)); !ok {
		l.report(diagnostic.Diagnostic{File: file, Rule: "file-size", Message: message, Help: "split the driver, or move data into an image"})
	}
	if _, given := d.Raw["files"]; given {
		l.report(diagnostic.Diagnostic{
			File: file, Position: d.KeyPosition("files"), Severity: diagnostic.Warning, Rule: "files-inline", Path: "files",
			Message: "files is ignored here: the files in the directory are used", Help: "remove it",
		})
	}
}

// FileName is the path under which diagnostics name one of the driver's files.
func (d *Driver) FileName(name string) string {
	if name == v1.DriverFile && d.file != "" {
		return d.file
	}
	return filepath.Join(d.Dir, name)
}

// Text is the content of the file that FileName names; empty when unknown.
func (d *Driver) Text(fileName string) string {
	if fileName == d.FileName(v1.DriverFile) && d.source != nil {
		return d.source.text
	}
	return d.Files[filepath.Base(fileName)]
}
