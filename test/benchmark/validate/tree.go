//go:build unix

package main

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// ordinaryActions is how many actions a driver of ordinary size has.
const ordinaryActions = 8

//go:embed driver
var sources embed.FS

// templates are the files of a driver by their paths in it. They have << and >>
// so that values.j2.yml and the chart may have their braces.
var templates = parse()

func parse() map[string]*template.Template {
	out := map[string]*template.Template{}
	err := fs.WalkDir(sources, "driver", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := sources.ReadFile(path)
		name := strings.TrimSuffix(strings.TrimPrefix(path, "driver/"), ".tmpl")
		out[name] = template.Must(template.New(name).Delims("<<", ">>").Funcs(template.FuncMap{"split": strings.Fields}).Parse(string(text)))
		return err
	})
	if err != nil {
		panic(err) // the files are in the program
	}
	return out
}

// made is what the templates know of a driver.
type made struct {
	Number  int
	Actions []action
}

type action struct{ Name, Hook, Mode string }

// writeTree makes so many drivers, a hundred in a directory, each different from
// the others.
func writeTree(root string, drivers, actions int) error {
	for i := range drivers {
		dir := filepath.Join(root, fmt.Sprintf("team-%03d", i/100), fmt.Sprintf("driver-%05d", i))
		if err := writeDriver(dir, made{i, makeActions(actions)}); err != nil {
			return err
		}
	}
	return nil
}

// makeActions spreads actions over hooks and modes.
func makeActions(n int) []action {
	hooks, modes := []string{"setup", "upgrade"}, []string{"pre", "core", "post"}
	out := make([]action, n)
	for i := range out {
		hook, mode := hooks[i%len(hooks)], modes[i%len(modes)]
		out[i] = action{fmt.Sprintf("%s_%s_%d", mode, hook, i), hook, mode}
	}
	return out
}

func writeDriver(dir string, d made) error {
	for name, t := range templates {
		var b bytes.Buffer
		if err := t.Execute(&b, d); err != nil {
			return err
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			return err
		}
	}
	return nil
}
