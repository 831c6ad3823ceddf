package validation

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

const (
	// hostileSize is nearly that of a driver's largest file.
	hostileSize    = 1<<20 - 1<<10
	hostileImports = "from prefect import flow\nfrom styrmin_backend.actions import *\nfrom styrmin_backend.actions import stop_components\nimport subprocess\n"
)

// hostilePython are sources that are meant to cost the rules more than their size.
func hostilePython() map[string]string {
	fill := func(head, unit string) string {
		head = hostileImports + head
		return head + strings.Repeat(unit, (hostileSize-len(head))/len(unit))
	}
	numbered := func(head, format string) string {
		var b strings.Builder
		b.WriteString(hostileImports + head)
		for i := 0; b.Len() < hostileSize-200; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	const stop = "stop_components(b, ['x'])"
	return map[string]string{
		"calls":              fill("", stop+"\n"),
		"one constant":       fill("C = ["+strings.Repeat("'server',", 1000)+"]\n", "stop_components(a, C)\n"),
		"wrong constant":     fill("C = ["+strings.Repeat("'x',", 1000)+"]\n", "stop_components(a, C)\n"),
		"aliases":            numbered("a0 = stop_components\n", "if a: a%[1]d1 = a%[1]d\na%[1]d1(b)\n"),
		"rebound":            fill("", "if a: stop_components = stop_components\n"+stop+"\n"),
		"lambdas":            fill("x = ", "lambda a="+stop+":"),
		"nested lambdas":     fill("", strings.Repeat("lambda:", 1000)+stop+"\n"),
		"comprehensions":     fill("", strings.Repeat("[", 100)+stop+strings.Repeat(" for a in b]", 100)+"\n"),
		"functions":          numbered("", "def f%[1]d(): f%[1]d0()\n"),
		"chain of functions": numbered("", "@flow\ndef a%d(): subprocess.run(['helm', 'upgrade']); f(a0, a1, a2, a3)\n"),
		"imports":            numbered("", "from helpers import x%d\n"),
		"near imports":       numbered("", "from helper import x%d\n"),
		"primitives":         numbered("", "from styrmin_backend.actions import x%d\n"),
		"decorators":         fill("", "@a\n@flow\n") + "def a0(): ...",
		"parameters":         numbered("@flow\ndef a0(", "p%d, ") + "): ...",
		"classes":            numbered("", "class A%d:\n  def a0(self): ...\n"),
		"star imports":       fill("", "from a import *\nx()\n"),
	}
}

// TestHostilePython bounds what the rules about Python cost. The time is
// generous: what grows faster than the size takes minutes.
func TestHostilePython(t *testing.T) {
	spec := "apiVersion: styrmin.io/v1\nkind: ApplicationDriver\nmetadata: {name: notes}\nspec:\n  components: {server: {identifier: {label: {app: a}}}}\n  actions:\n"
	for i := range 200 {
		spec += fmt.Sprintf("  - {name: a%d, hook: upgrade, mode: pre, location: \"actions.py::a%d\"}\n", i, i)
	}
	for name, src := range hostilePython() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{"driver.styrmin.yml": spec, "actions.py": src} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			d, list := driver.LoadDir(dir)
			if d == nil || d.Files["actions.py"] == "" {
				t.Fatal(list)
			}
			begun := time.Now()
			Validate(d)
			took := time.Since(begun)
			t.Log(took)
			if took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}
