package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inTree makes a tree of empty files, and links written as "NAME -> TARGET",
// and goes there.
func inTree(t *testing.T, files ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, file := range files {
		name, target, isLink := strings.Cut(file, " -> ")
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		var err error
		if isLink {
			err = os.Symlink(target, name)
		} else {
			err = os.WriteFile(name, nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// found shows what Find yields: a path, or the problem with it.
func found(paths []string, recursive bool) []string {
	out := []string{}
	for target := range Find(paths, recursive) {
		if len(target.Problems) == 0 {
			out = append(out, target.Path)
		}
		for _, p := range target.Problems {
			out = append(out, fmt.Sprintf("%s: %s; %s", filepath.ToSlash(p.File), p.Message, p.Help))
		}
	}
	return out
}

const nothing = "there is no driver.styrmin.yml in this directory or below it; give the directory that holds the drivers; hidden and vendored directories and symbolic links are not searched"

func TestFind(t *testing.T) {
	const misnomer = "this file is ignored: a driver's file is called driver.styrmin.yml; rename it"
	for name, test := range map[string]struct {
		tree, paths []string
		flat        bool
		want        []string
	}{
		"paths are taken as they are": {[]string{"a/driver.styrmin.yml"}, []string{"a", "nosuch", "./b/", "-"}, true, []string{"a", "nosuch", "./b/", "-"}},
		"each once":                   {[]string{"a/driver.styrmin.yml", "l -> a"}, []string{"a", "./a/", "a/driver.styrmin.yml", "b/../a", "l", "-", "-", "x", "./x"}, true, []string{"a", "-", "x"}},
		"a tree, parents first": {
			[]string{"z/driver.styrmin.yml", "a/driver.styrmin.yml", "a/b/driver.styrmin.yml", "a/b/c/x.yml", "a-b/driver.styrmin.yml", "driver.styrmin.yml"},
			[]string{"."}, false, []string{".", "a", "a/b", "a-b", "z"},
		},
		"trees that overlap":    {[]string{"a/b/driver.styrmin.yml", "a/c/driver.styrmin.yml"}, []string{"a/c", "a/b/driver.styrmin.yml", "."}, false, []string{"a/c", "a/b/driver.styrmin.yml"}},
		"what is not searched":  {[]string{".git/driver.styrmin.yml", ".venv/driver.styrmin.yml", "node_modules/x/driver.styrmin.yml", "vendor/driver.styrmin.yml", "env/pyvenv.cfg", "env/lib/driver.styrmin.yml", "env/driver.styrmin.yml", "out/driver.styrmin.yml"}, []string{"."}, false, []string{"out"}},
		"unless it is named":    {[]string{".hidden/driver.styrmin.yml", "vendor/driver.styrmin.yml"}, []string{".hidden", "vendor"}, false, []string{".hidden", "vendor"}},
		"links are not":         {[]string{"a/driver.styrmin.yml", "a/loop -> ..", "b -> a"}, []string{"."}, false, []string{"a"}},
		"unless they are named": {[]string{"a/driver.styrmin.yml", "b -> a"}, []string{"b"}, false, []string{"b"}},
		"a linked file is":      {[]string{"a/driver.styrmin.yml -> ../real", "real"}, []string{"."}, false, []string{"a"}},
		"nothing there":         {[]string{"a/x.yml"}, []string{"a", "nosuch"}, false, []string{"a: " + nothing, "nosuch"}},
		"nothing again": {
			[]string{"a/driver.styrmin.yml", "b/x"}, []string{"a", "a", "b"}, false, []string{"a", "b: " + nothing},
		},
		"names that are nearly right": {
			[]string{"a/driver.styrmin.yaml", "b/Driver-Styrmin.YML", "c/styrmin_driver.json", "d/driver.styrmin.yml", "d/driver.styrmin.yaml", "e/driver.yml", "f/driver.styrmin.yml.bak", "g/driver.styrmin.yaml/x"},
			[]string{"."}, false,
			[]string{"a/driver.styrmin.yaml: " + misnomer, "b/Driver-Styrmin.YML: " + misnomer, "c/styrmin_driver.json: " + misnomer, "d"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			inTree(t, test.tree...)
			if diff := cmp.Diff(test.want, found(test.paths, !test.flat)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	inTree(t, "a/driver.styrmin.yml", "b/driver.styrmin.yml")
	chmod := func(mode os.FileMode) {
		if err := os.Chmod("a", mode); err != nil {
			t.Fatal(err)
		}
	}
	chmod(0)
	t.Cleanup(func() { chmod(0o700) })
	want := []string{"a: the directory cannot be listed: permission denied; check its permissions", "b"}
	if diff := cmp.Diff(want, found([]string{"."}, true)); diff != "" {
		t.Error(diff)
	}
}

// TestFindStops: whoever has seen enough gets no more.
func TestFindStops(t *testing.T) {
	inTree(t, "a/driver.styrmin.yml", "b/x", "c/driver.styrmin.yml", "c/d/driver.styrmin.yml", "e/driver.styrmin.yaml")
	for _, paths := range [][]string{{"."}, {"a", "b", "c", "e"}} {
		all := slices.Collect(Find(paths, true))
		for n := range all {
			got := 0
			for range Find(paths, true) {
				if got++; got > n {
					break
				}
			}
			if got != n+1 {
				t.Errorf("%v: asked for %d, got %d", paths, n+1, got)
			}
		}
	}
}
