package driver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// LoadDir reads the driver in the directory; the path of its driver.styrmin.yml
// serves too. Problems of reading, syntax and types come back as diagnostics,
// sorted; the driver is nil when nothing useful could be read.
func LoadDir(dir string) (*Driver, diagnostic.List) {
	l := &loader{}
	d := l.load(dir)
	l.problems.Sort()
	// Aliases report what they lead to once for every use.
	l.problems = slices.CompactFunc(l.problems, func(a, b diagnostic.Diagnostic) bool {
		return a.File == b.File && a.Position == b.Position && a.Rule == b.Rule && a.Message == b.Message
	})
	return d, l.problems
}

// loader collects the problems of one driver.
type loader struct{ problems diagnostic.List }

func (l *loader) report(d diagnostic.Diagnostic) {
	if d.Severity == "" {
		d.Severity = diagnostic.Error
	}
	l.problems = append(l.problems, d)
}

func (l *loader) load(path string) *Driver {
	path, ok := l.directoryOf(path)
	if !ok {
		return nil
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		l.report(diagnostic.Diagnostic{File: path, Rule: "driver-missing", Message: fmt.Sprintf("the directory cannot be opened: %v", cause(err)), Help: "check its permissions"})
		return nil
	}
	defer root.Close()
	dir := &directory{path: path, root: root, report: l.report, unreadable: map[string]bool{}}
	text, ok := dir.read(v1.DriverFile)
	if !ok {
		return nil
	}
	file := filepath.Join(path, v1.DriverFile)
	inFile := func(d diagnostic.Diagnostic) {
		d.File = file
		l.report(d)
	}
	raw, src := parseYAML(strings.TrimPrefix(text, "\uFEFF"), inFile)
	var d *Driver
	if raw != nil {
		d = build(raw, dir.files(), src, inFile)
		d.Dir, d.unreadable = path, dir.unreadable
		l.checkFiles(d, file)
	}
	l.problems.AddExcerpts(func(string) string { return src.text })
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
func (d *Driver) FileName(name string) string { return filepath.Join(d.Dir, name) }

// Text is the content of the file that FileName names; empty when unknown.
func (d *Driver) Text(fileName string) string {
	if fileName == d.FileName(v1.DriverFile) && d.source != nil {
		return d.source.text
	}
	return d.Files[filepath.Base(fileName)]
}
