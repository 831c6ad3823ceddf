package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// sources are the files as templates. Their marks are <% %>, since both Jinja2
// and Helm have {{ }}.
//
//go:embed template
var sources embed.FS

// chartDir is the directory of a chart that is written.
const chartDir = "chart"

// File is one file of a driver.
type File struct {
	// Path is relative to the driver's directory, with slashes.
	Path string
	Data []byte
}

// Files makes the files of the driver, in the order in which one reads them.
func (a Application) Files() ([]File, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	p := &printer{}
	p.add(v1.DriverFile, v1.DriverFile, a)
	if len(a.Hooks) > 0 {
		p.add(v1.ActionsFile, v1.ActionsFile, a)
	}
	p.add(v1.ValuesFile, v1.ValuesFile, a)
	if a.WritesChart() {
		p.add(chartDir+"/Chart.yaml", chartDir+"/Chart.yaml", a)
		p.add(chartDir+"/values.yaml", chartDir+"/values.yaml", a)
		for _, c := range a.Components {
			p.add(chartDir+"/templates/"+c.Name+".yaml", chartDir+"/templates/component.yaml", c)
		}
	}
	return p.files, p.err
}

// printer collects files, and the first error.
type printer struct {
	files []File
	err   error
}

// add makes a file of its template.
func (p *printer) add(name, source string, data any) {
	if p.err != nil {
		return
	}
	var text []byte
	if text, p.err = sources.ReadFile(path.Join("template", source)); p.err != nil {
		return
	}
	t := template.New(source).Delims("<%", "%>").Funcs(template.FuncMap{"text": yamlText})
	if t, p.err = t.Parse(string(text)); p.err != nil {
		return
	}
	var out bytes.Buffer
	if p.err = t.Execute(&out, data); p.err == nil {
		p.files = append(p.files, File{Path: name, Data: out.Bytes()})
	}
}

// yamlText is the string in YAML, in quotes where it would be something else without.
func yamlText(s string) (string, error) {
	out, err := yaml.Marshal(s)
	return strings.TrimSuffix(string(out), "\n"), err
}

// ExistsError tells of files that would have been overwritten.
type ExistsError struct {
	// Paths are the files that are there.
	Paths []string
}

func (e *ExistsError) Error() string {
	return strings.Join(e.Paths, ", ") + ": already there, and nothing is overwritten"
}

// Write writes the files into the directory, which it makes when it is not there.
// It writes all or none: an *ExistsError names the files that are there already,
// and what was written before another error is removed again.
func Write(dir string, files []File) error {
	w := &writer{}
	err := w.all(dir, files)
	if err != nil {
		w.undo()
	}
	return err
}

// writer remembers what it made.
type writer struct{ made []string }

func (w *writer) all(dir string, files []File) error {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Path
	}
	if err := Absent(dir, names...); err != nil {
		return err
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := w.directory(filepath.Dir(name)); err != nil {
			return err
		}
		if err := w.file(name, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// Absent returns an *ExistsError when one of the files is in the directory.
func Absent(dir string, files ...string) error {
	var there []string
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f))
		if _, err := os.Lstat(name); err == nil {
			there = append(there, name)
		}
	}
	if len(there) > 0 {
		return &ExistsError{Paths: there}
	}
	return nil
}

// directory makes a directory and those that enclose it.
func (w *writer) directory(name string) error {
	err := os.Mkdir(name, 0o777)
	if errors.Is(err, fs.ErrNotExist) && name != filepath.Dir(name) {
		if err = w.directory(filepath.Dir(name)); err == nil {
			err = os.Mkdir(name, 0o777)
		}
	}
	switch {
	case err == nil:
		w.made = append(w.made, name)
	case errors.Is(err, fs.ErrExist):
		// When it is no directory, making the file says so.
		return nil
	}
	return err
}

func (w *writer) file(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	w.made = append(w.made, name)
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// undo removes what was made, the last first.
func (w *writer) undo() {
	for i := len(w.made) - 1; i >= 0; i-- {
		_ = os.Remove(w.made[i])
	}
}
