package driver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// MaxSize bounds each of a driver's files and all of them together: the driver
// becomes one ConfigMap.
const MaxSize = 1 << 20

// moduleFile is the name of a Python file that can be imported.
var moduleFile = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*\.py$`)

// directory reads regular files of one directory and of nowhere else.
type directory struct {
	path string
	// root is nil when there is no directory: driver.styrmin.yml is all there is.
	root *os.Root
	// file is what driver.styrmin.yml is called when it does not lie in path.
	file   string
	report func(d diagnostic.Diagnostic)
	// unreadable collects the names of files with problems.
	unreadable map[string]bool
}

// fileName is the path under which diagnostics name a file.
func (d *directory) fileName(name string) string {
	if name == v1.DriverFile && d.file != "" {
		return d.file
	}
	return filepath.Join(d.path, name)
}

// files reads actions.py, values.j2.yml and the other Python modules.
func (d *directory) files() map[string]string {
	if d.root == nil {
		return map[string]string{}
	}
	entries, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		d.problem("", "file-unreadable", fmt.Sprintf("the directory cannot be listed: %v", cause(err)), "check its permissions")
		return nil
	}
	files := map[string]string{}
	total := 0
	for _, e := range entries {
		name := e.Name()
		if !isDriverFile(name) || (e.IsDir() && name != v1.ActionsFile && name != v1.ValuesFile) {
			continue
		}
		if total > MaxSize { // which checkTotal reports
			d.unreadable[name] = true
			continue
		}
		if text, ok := d.read(name); ok {
			files[name] = text
			total += len(text)
		}
	}
	return files
}

func isDriverFile(name string) bool {
	return name == v1.ValuesFile || moduleFile.MatchString(name)
}

// read returns a file's text; a problem is reported and returns false.
func (d *directory) read(name string) (string, bool) {
	info, err := d.root.Stat(name)
	if err != nil {
		d.statProblem(name, err)
		return "", false
	}
	if !info.Mode().IsRegular() {
		d.problem(name, "file-unreadable", fmt.Sprintf("%s is no regular file", name), "replace it by a regular file")
		return "", false
	}
	if info.Size() > MaxSize {
		d.tooLarge(name)
		return "", false
	}
	f, err := d.root.Open(name)
	if err != nil {
		d.problem(name, "file-unreadable", fmt.Sprintf("%s cannot be opened: %v", name, cause(err)), "check its permissions")
		return "", false
	}
	defer f.Close()
	return d.readFrom(f, name)
}

// readFrom returns the text of a file that is open already.
func (d *directory) readFrom(r io.Reader, name string) (string, bool) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		d.problem(name, "file-unreadable", fmt.Sprintf("%s cannot be read: %v", name, cause(err)), "")
		return "", false
	}
	return d.text(name, data)
}

// text checks that the content can be stored in a ConfigMap.
func (d *directory) text(name string, data []byte) (string, bool) {
	if len(data) > MaxSize {
		d.tooLarge(name)
		return "", false
	}
	if utf8.Valid(data) {
		return string(data), true
	}
	const rule, help = "file-encoding", "save it with the encoding UTF-8"
	if bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF")) {
		d.problem(name, rule, fmt.Sprintf("%s is UTF-16 text, but UTF-8 is expected", name), help)
		return "", false
	}
	d.unreadable[name] = true
	problem := diagnostic.List{{
		File: d.fileName(name), Position: firstInvalid(data), Rule: rule,
		Message: fmt.Sprintf("%s is not UTF-8 text: this byte is part of no character", name), Help: help,
	}}
	problem.AddExcerpts(func(string) string { return strings.ToValidUTF8(string(data), "\uFFFD") })
	d.report(problem[0])
	return "", false
}

// firstInvalid is where the first byte stands that is not UTF-8.
func firstInvalid(data []byte) diagnostic.Position {
	at := diagnostic.Position{Line: 1, Column: 1}
	for len(data) > 0 {
		r, width := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && width == 1:
			at.EndLine, at.EndColumn = at.Line, at.Column+1
			return at
		case r == '\n':
			at.Line, at.Column = at.Line+1, 1
		default:
			at.Column++
		}
		data = data[width:]
	}
	return diagnostic.Position{}
}

func (d *directory) tooLarge(name string) {
	d.problem(name, "file-size", fmt.Sprintf("%s is larger than %s, but it must fit in a ConfigMap", name, mebibyte), "split it, or move data into an image")
}

const mebibyte = "1 MiB"

func (d *directory) statProblem(name string, err error) {
	link, lerr := d.root.Lstat(name)
	switch {
	case lerr == nil && link.Mode()&fs.ModeSymlink != 0 && errors.Is(err, fs.ErrNotExist):
		d.problem(name, "file-unreadable", fmt.Sprintf("%s is a symbolic link to a file that does not exist", name), "replace the link by the file")
	case lerr == nil && link.Mode()&fs.ModeSymlink != 0:
		d.problem(name, "file-escapes", fmt.Sprintf("%s is a symbolic link that leads out of the driver's directory", name), "replace the link by the file; a driver is self-contained")
	case errors.Is(err, fs.ErrNotExist) && name == v1.DriverFile:
		d.problem(name, "driver-missing", fmt.Sprintf("the directory has no %s", v1.DriverFile), d.otherSpelling())
	default:
		d.problem(name, "file-unreadable", fmt.Sprintf("%s cannot be read: %v", name, cause(err)), "check its permissions")
	}
}

// otherSpelling looks for a file that was probably meant to be the driver's.
func (d *directory) otherSpelling() string {
	for _, name := range []string{"driver.styrmin.yaml", "driver.yml", "driver.yaml", "styrmin.yml", "styrmin.yaml", "driver.styrmin.json"} {
		if _, err := d.root.Stat(name); err == nil {
			return fmt.Sprintf("rename %s to %s", name, v1.DriverFile)
		}
	}
	return "give the directory that holds it"
}

func (d *directory) problem(name, rule, message, help string) {
	d.unreadable[name] = true
	d.report(diagnostic.Diagnostic{File: d.fileName(name), Rule: rule, Message: message, Help: help})
}

// cause strips the path off an I/O error, which the diagnostic names already.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// checkTotal reports files that together do not fit in one ConfigMap.
func checkTotal(files map[string]string, spec int) (string, bool) {
	total, largest := spec, v1.DriverFile
	size := spec
	for name, text := range files {
		total += len(name) + len(text)
		if len(text) > size || (len(text) == size && strings.Compare(name, largest) < 0) {
			size, largest = len(text), name
		}
	}
	if total <= MaxSize {
		return "", true
	}
	return fmt.Sprintf("the driver's files take more than %s together, %s most of it, but they must fit in one ConfigMap", mebibyte, largest), false
}
