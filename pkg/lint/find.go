package lint

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// Stdin is the path that stands for a driver on the standard input.
const Stdin = "-"

// Target is a driver to check, or a place where one was looked for.
type Target struct {
	// Path is Stdin, the driver's directory, or its driver.styrmin.yml.
	Path string
	// Problems say why there is nothing to load at Path; empty when there may be.
	Problems diagnostic.List
}

// Find yields what the paths name, in their order, and no driver twice. Paths
// that lead nowhere are among it, since loading has the words for them. When
// recursive, a directory stands for every driver in it and below it, each before
// those below it and then by name.
func Find(paths []string, recursive bool) iter.Seq[Target] {
	return func(yield func(Target) bool) {
		f := &finder{yield: yield, seen: map[string]bool{}}
		for _, path := range paths {
			if wanted := f.path(path, recursive); !wanted {
				return
			}
		}
	}
}

// finder looks for drivers. Its methods return false when nobody wants more.
type finder struct {
	yield func(Target) bool
	// seen has the identities of the directories that were yielded.
	seen map[string]bool
	// found is whether the tree being searched had anything to tell of.
	found bool
}

func (f *finder) path(path string, recursive bool) bool {
	if info, err := os.Stat(path); !recursive || path == Stdin || err != nil || !info.IsDir() {
		return f.once(Target{Path: path}, identity(path))
	}
	f.found = false
	if wanted := f.tree(filepath.Clean(path), identity(path)); !wanted || f.found {
		return wanted
	}
	return f.yield(problem(path, path, "driver-missing",
		fmt.Sprintf("there is no %s in this directory or below it", v1.DriverFile),
		"give the directory that holds the drivers; hidden and vendored directories and symbolic links are not searched"))
}

// tree looks into the directory and all below it but symbolic links.
func (f *finder) tree(dir, id string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		f.found = true
		return f.yield(problem(dir, dir, "file-unreadable", fmt.Sprintf("the directory cannot be listed: %v", cause(err)), "check its permissions"))
	}
	if contains(entries, "pyvenv.cfg") { // a virtual environment of Python
		return true
	}
	if wanted := f.directory(dir, id, entries); !wanted {
		return false
	}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || strings.HasPrefix(name, ".") || slices.Contains(vendored, name) {
			continue
		}
		if wanted := f.tree(filepath.Join(dir, name), filepath.Join(id, name)); !wanted {
			return false
		}
	}
	return true
}

// vendored are directories of other people's files.
var vendored = []string{"node_modules", "vendor", "site-packages", "__pycache__"}

// directory yields the driver in the directory, or the file that was probably
// meant to be one.
func (f *finder) directory(dir, id string, entries []fs.DirEntry) bool {
	if contains(entries, v1.DriverFile) {
		f.found = true
		return f.once(Target{Path: dir}, id)
	}
	i := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() && misnamed(e.Name()) })
	if i < 0 {
		return true
	}
	f.found = true
	return f.once(problem(dir, filepath.Join(dir, entries[i].Name()), "driver-missing",
		fmt.Sprintf("this file is ignored: a driver's file is called %s", v1.DriverFile), "rename it"), id)
}

// once yields a target unless its directory was yielded before.
func (f *finder) once(t Target, id string) bool {
	if f.seen[id] {
		return true
	}
	f.seen[id] = true
	return f.yield(t)
}

// identity is one name for all paths of a driver: its directory's, without
// symbolic links.
func identity(path string) string {
	if path == Stdin {
		return path
	}
	if filepath.Base(path) == v1.DriverFile {
		path = filepath.Dir(path)
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if direct, err := filepath.EvalSymlinks(path); err == nil {
		path = direct
	}
	return path
}

// misnamed is true for a name that can hardly be meant for anything but a driver.
func misnamed(name string) bool {
	name = strings.NewReplacer("-", ".", "_", ".").Replace(strings.ToLower(name))
	extension := filepath.Ext(name)
	return slices.Contains([]string{".yml", ".yaml", ".json"}, extension) &&
		slices.Contains([]string{"driver.styrmin", "drivers.styrmin", "styrmin.driver"}, strings.TrimSuffix(name, extension))
}

func contains(entries []fs.DirEntry, name string) bool {
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
}

func problem(path, file, rule, message, help string) Target {
	return Target{Path: path, Problems: diagnostic.List{{File: file, Severity: diagnostic.Error, Rule: rule, Message: message, Help: help}}}
}

// cause strips the path off an I/O error; the diagnostic names it already.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
