package validation

import (
	"io/fs"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
	sdk "github.com/styrmin/kubectl-styrmin/pkg/runner/python"
)

// runtime reads a file of the package that actions import.
func runtime(t *testing.T, file string) (string, *python.Module) {
	t.Helper()
	data, err := fs.ReadFile(sdk.Files(), file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := python.Parse(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return string(data), m
}

// TestBackend: the package itself tells what actions can import, and how it is called.
func TestBackend(t *testing.T) {
	offered := backend()
	for _, name := range []string{"GlobalContext", "get_context", "CommandFailed"} {
		if _, isPrimitive := offered.primitives[name]; isPrimitive || !slices.Contains(offered.names, name) {
			t.Errorf("%s is not an exported name that is no primitive", name)
		}
	}
	if got, want := offered.primitives["stop_component"], (primitive{[]string{"deployment_id", "component", "timeout"}, 2, 3}); !reflect.DeepEqual(got, want) {
		t.Errorf("stop_component is %v, expected %v", got, want)
	}
	if p := offered.primitives["execute_commands"]; p.required != 3 || p.positional >= len(p.parameters) {
		t.Errorf("execute_commands is %v, expected 3 arguments that are required, and some that are given by name only", p)
	}
}

// TestEveryPrimitiveIsKnown holds what the rules know against every function that is marked as a primitive.
func TestEveryPrimitiveIsKnown(t *testing.T) {
	sources, err := fs.Glob(sdk.Files(), sdk.Package+"/primitives/*.py")
	if err != nil {
		t.Fatal(err)
	}
	var marked []string
	for _, file := range sources {
		_, m := runtime(t, file)
		for _, b := range m.Bindings {
			if b.Function != nil && len(b.Function.Decorators) > 0 {
				marked = append(marked, b.Name)
			}
		}
	}
	slices.Sort(marked)
	if diff := cmp.Diff(marked, slices.Sorted(maps.Keys(backend().primitives))); diff != "" || len(marked) == 0 {
		t.Errorf("(-functions with a decorator +primitives)\n%s", diff)
	}
}

// TestBackendWithoutSources: what cannot be read is not known, and nothing is judged by it.
func TestBackendWithoutSources(t *testing.T) {
	broken := fstest.MapFS{"styrmin_backend/actions.py": {Data: []byte("from styrmin_backend.gone import a\n__all__ = ['a']\n")}}
	for name, sources := range map[string]fstest.MapFS{"none": {}, "no syntax": {"styrmin_backend/actions.py": {Data: []byte("(")}}, "a module is gone": broken} {
		if got := readOffer(sources); len(got.primitives) != 0 {
			t.Errorf("%s: found %v", name, got.primitives)
		}
	}
}

// TestPassed holds the arguments that every action is passed against those
// that the runner binds.
func TestPassed(t *testing.T) {
	src, m := runtime(t, sdk.Package+"/loader.py")
	lines := strings.Split(src, "\n")
	var body string
	for _, b := range m.Bindings {
		if b.Name == "_offered" {
			body = strings.Join(lines[b.Line:], "\n")
			body, _, _ = strings.Cut(body, "\n\n\n")
		}
	}
	var bound []string
	for _, key := range regexp.MustCompile(`(?m)^\s+"(\w+)":`).FindAllStringSubmatch(body, -1) {
		bound = append(bound, key[1])
	}
	if diff := cmp.Diff(bound, passed); diff != "" {
		t.Errorf("(-loader.py +passed)\n%s", diff)
	}
}
