//go:build unix

package main

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// ordinaryActions is how many actions a driver of ordinary size has.
const ordinaryActions = 8

//go:embed driver/*.tmpl
var sources embed.FS

// The templates have << and >> so that values.j2.yml may have its braces.
var templates = template.Must(template.New("").Delims("<<", ">>").
	Funcs(template.FuncMap{"split": strings.Fields}).ParseFS(sources, "driver/*.tmpl"))

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
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, t := range templates.Templates() {
		var b bytes.Buffer
		if err := t.Execute(&b, d); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, strings.TrimSuffix(t.Name(), ".tmpl")), b.Bytes(), 0o600); err != nil {
			return err
		}
	}
	return nil
}
