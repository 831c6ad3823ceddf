package python

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Interpreter is a CPython of this machine.
type Interpreter struct {
	Path string
	// Version is such that text sorts as versions do: 3.09.18, 3.13.0.
	Version string
}

// Interpreters are those of this machine that an action may be run by, the newest first: what is on the
// PATH, the system's, and all of pyenv's. Each is asked for its version, once.
var Interpreters = sync.OnceValues(func() (all []Interpreter, err error) {
	var paths []string
	if p, err := exec.LookPath("python3"); err == nil {
		paths = append(paths, p)
	}
	home, _ := os.UserHomeDir() // without one the pattern matches nothing
	for _, pattern := range []string{"/usr/bin/python3", "/usr/local/bin/python3", filepath.Join(home, ".pyenv/versions/*/bin/python3")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	for _, p := range paths {
		const program = "import sys; print(sys.executable, '%d.%02d.%d' % sys.version_info[:3])"
		out, err := exec.Command(p, "-c", program).Output() //nolint:noctx // it ends at once
		if err != nil {
			continue // a shim for a Python that is not there
		}
		var found Interpreter
		if _, err := fmt.Sscan(string(out), &found.Path, &found.Version); err != nil {
			return nil, err
		}
		known := func(other Interpreter) bool { return other.Version == found.Version }
		if found.Version >= "3.10" && !slices.ContainsFunc(all, known) {
			all = append(all, found)
		}
	}
	slices.SortFunc(all, func(a, b Interpreter) int { return strings.Compare(b.Version, a.Version) })
	return all, nil
})

// find returns the newest interpreter of a minor version, such as 3.12.
func find(minor string) (Interpreter, bool) {
	all, _ := Interpreters()
	i := slices.IndexFunc(all, func(p Interpreter) bool { return strings.HasPrefix(p.Version, minor+".") })
	if i < 0 {
		return Interpreter{}, false
	}
	return all[i], true
}
