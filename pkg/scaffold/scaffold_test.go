package scaffold_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/driver/jsonschema"
	"github.com/styrmin/kubectl-styrmin/pkg/lint"
	"github.com/styrmin/kubectl-styrmin/pkg/lint/chart"
	"github.com/styrmin/kubectl-styrmin/pkg/scaffold"
)

var bothHooks = []v1.Hook{v1.HookSetup, v1.HookUpgrade}

// applications are of every shape that the templates know.
var applications = map[string]scaffold.Application{
	"with a chart":      {Name: "notes", Components: scaffold.DefaultComponents("notes", ""), Hooks: bothHooks},
	"setup only":        {Name: "notes", Components: scaffold.DefaultComponents("notes", ""), Hooks: bothHooks[:1]},
	"upgrade only":      {Name: "notes", Components: scaffold.DefaultComponents("notes", ""), Hooks: bothHooks[1:]},
	"no hooks":          {Name: "notes", Components: scaffold.DefaultComponents("notes", "")},
	"one component":     {Name: "notes", Components: components("web"), Hooks: bothHooks},
	"four components":   {Name: "a.b", Components: components("web", "a", "b=app=x,tier=1", "c=app.kubernetes.io/instance=true"), Hooks: bothHooks},
	"odd words":         {Name: "123", Components: components("true", "1e3", "null=on=yes"), Hooks: bothHooks},
	"a registry":        {Name: "notes", Chart: "oci://registry.example.com/charts/notes", ChartVersion: "1.2.0", Components: components("web"), Hooks: bothHooks},
	"a chart elsewhere": {Name: "notes", Chart: "./deploy/chart", Components: components("web"), Hooks: bothHooks},
}

func components(texts ...string) []scaffold.Component {
	var out []scaffold.Component
	for _, text := range texts {
		c, err := scaffold.ParseComponent(text)
		if err != nil {
			panic(err)
		}
		out = append(out, c)
	}
	return out
}

// write scaffolds a driver into a directory of the test's.
func write(t *testing.T, a scaffold.Application) string {
	t.Helper()
	files, err := a.Files()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new", "driver")
	if err := scaffold.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestNoFindings: there is nothing to say about what is written, its chart included.
func TestNoFindings(t *testing.T) {
	for name, a := range applications {
		t.Run(name, func(t *testing.T) {
			d, found := driver.LoadDir(write(t, a))
			if d == nil {
				t.Fatal(found)
			}
			found = append(found, lint.Check(d, lint.Inputs{})...)
			if a.WritesChart() {
				found = append(found, chart.New("").Check(t.Context(), d, lint.Inputs{})...)
			}
			for _, p := range found {
				t.Error(p)
			}
			if d.Object.Name != a.Name || len(d.Object.Spec.Components) != len(a.Components) {
				t.Errorf("found the driver %s with the components %v", d.Object.Name, d.Object.Spec.Components)
			}
			for _, hook := range bothHooks {
				if has := len(d.Actions(hook, v1.ModeCore)) > 0; has != slices.Contains(a.Hooks, hook) {
					t.Errorf("actions of the hook %s: %v", hook, has)
				}
			}
		})
	}
}

// TestEditorSchema: the first line sends editors to the published schema.
func TestEditorSchema(t *testing.T) {
	schema, err := jsonschema.Driver()
	if err != nil {
		t.Fatal(err)
	}
	var id struct {
		ID string `json:"$id"`
	}
	if err := json.Unmarshal(schema, &id); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(write(t, applications["with a chart"]), v1.DriverFile))
	if err != nil {
		t.Fatal(err)
	}
	if want := "# yaml-language-server: $schema=" + id.ID + "\n"; id.ID == "" || !strings.HasPrefix(string(text), want) {
		t.Errorf("the driver begins with %.100q, expected %q", text, want)
	}
}

// flows is a program that prints the functions of a file that Prefect would
// run, and fails on a name that is imported and not used, or used and not known.
const flows = `
import ast, builtins, pathlib, sys
tree = ast.parse(pathlib.Path(sys.argv[1]).read_text(), sys.argv[1])
compile(tree, sys.argv[1], "exec")
imported = {a.asname or a.name for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
bound = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
if imported - used or used - bound - imported - set(dir(builtins)):
    sys.exit(f"imported {imported}, used {used}")
for f in tree.body:
    if isinstance(f, ast.AsyncFunctionDef) and [d.id for d in f.decorator_list] == ["flow"]:
        print(f.name)
`

// TestPython: CPython compiles the actions, and each is a flow that an action names.
func TestPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	for name, a := range applications {
		t.Run(name, func(t *testing.T) {
			dir := write(t, a)
			d, _ := driver.LoadDir(dir)
			if len(a.Hooks) == 0 {
				if _, err := os.Stat(filepath.Join(dir, v1.ActionsFile)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("there is an %s without actions: %v", v1.ActionsFile, err)
				}
				return
			}
			out, err := exec.Command(python, "-W", "error", "-c", flows, filepath.Join(dir, v1.ActionsFile)).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var want []string
			for _, action := range d.Object.Spec.Actions {
				want = append(want, strings.TrimPrefix(action.Location, v1.ActionsFile+"::"))
			}
			if got := strings.Fields(string(out)); !slices.Equal(got, want) {
				t.Errorf("the flows are %q, expected %q as the driver names them", got, want)
			}
		})
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	files, err := applications["with a chart"].Files()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	existing := filepath.Join(dir, v1.ValuesFile)
	if err := os.WriteFile(existing, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	var exists *scaffold.ExistsError
	if err := scaffold.Write(dir, files); !errors.As(err, &exists) || !slices.Equal(exists.Paths, []string{existing}) {
		t.Errorf("found %v", err)
	}
	expectOnly(t, dir, v1.ValuesFile)
}

// TestAllOrNothing: what was written before a failure is removed again.
func TestAllOrNothing(t *testing.T) {
	files, err := applications["with a chart"].Files()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "chart"), []byte("no directory"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := scaffold.Write(dir, files); err == nil {
		t.Error("a chart was written although its directory is a file")
	}
	expectOnly(t, dir, "chart")
}

func expectOnly(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the directory has %v, expected %s only (%v)", entries, name, err)
	}
}

func TestCheck(t *testing.T) {
	good := func(change func(*scaffold.Application)) scaffold.Application {
		a := scaffold.Application{Name: "notes", Components: components("web"), Hooks: bothHooks}
		change(&a)
		return a
	}
	for name, c := range map[string]struct {
		change func(*scaffold.Application)
		want   string
	}{
		"name":              {func(a *scaffold.Application) { a.Name = "My Notes" }, `found the name "My Notes"`},
		"chart":             {func(a *scaffold.Application) { a.Chart = "chart" }, `found the chart "chart"`},
		"password":          {func(a *scaffold.Application) { a.Chart = "https://me:secret@host/x" }, "expected ./DIRECTORY"},
		"no version":        {func(a *scaffold.Application) { a.Chart = "oci://host/x" }, "expected one such as 1.4.2"},
		"version of a path": {func(a *scaffold.Application) { a.ChartVersion = "1.0.0" }, "only for charts in a registry"},
		"no components":     {func(a *scaffold.Application) { a.Components = nil }, "there is no component"},
		"twice":             {func(a *scaffold.Application) { a.Components = components("a", "a") }, `"a" is given twice`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := good(c.change).Files(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("found %v, expected %s", err, c.want)
			}
		})
	}
}

func TestParseComponent(t *testing.T) {
	for _, text := range []string{"", "=a=b", "Web", "web=", "web=app", "web=app=a b", "web=app=x,", "web=a b=x"} {
		if c, err := scaffold.ParseComponent(text); err == nil {
			t.Errorf("%q is the component %v", text, c)
		}
	}
	c, err := scaffold.ParseComponent("web=app=x,tier=")
	if err != nil || c.Name != "web" || c.Labels["app"] != "x" || len(c.Labels) != 2 {
		t.Errorf("found %v %v", c, err)
	}
}

func TestNameOf(t *testing.T) {
	for dir, want := range map[string]string{
		"notes": "notes", "/src/My_Notes": "my-notes", "/": "app", ".": "app", "..": "app", "-x-": "x", "名前": "app",
		strings.Repeat("x", 300): "app",
	} {
		if got := scaffold.NameOf(dir); got != want {
			t.Errorf("%s: found %q, expected %q", dir, got, want)
		}
	}
}
