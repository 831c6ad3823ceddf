package validation

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/styrmin/kubectl-styrmin/pkg/driver/python"
)

// runtime reads a file of the package that actions import.
func runtime(t *testing.T, file string) (string, *python.Module) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../runner/python/styrmin_backend", file))
	if err != nil {
		t.Fatal(err)
	}
	m, err := python.Parse(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return string(data), m
}

// TestBackendNames holds the names that actions may import against what the
// package offers.
func TestBackendNames(t *testing.T) {
	_, m := runtime(t, "actions.py")
	var offered []string
	for _, b := range m.Bindings {
		if b.Name == "__all__" {
			for _, item := range b.Value.Items {
				offered = append(offered, item.Text)
			}
		}
	}
	slices.Sort(offered)
	if diff := cmp.Diff(offered, slices.Sorted(slices.Values(backend))); diff != "" {
		t.Errorf("(-styrmin_backend.actions +backend)\n%s", diff)
	}
}

// TestPrimitives holds what primitives are called with against their
// definitions: a sync and an async function each.
func TestPrimitives(t *testing.T) {
	_, m := runtime(t, "primitives.py")
	defined := map[string]primitive{}
	async := map[string]bool{}
	for _, b := range m.Bindings {
		if b.Value != nil && b.Value.Text == "primitive()" {
			defined[b.Name] = primitive{}
		}
	}
	for _, b := range m.Bindings {
		name, isAsync := strings.CutSuffix(strings.TrimPrefix(b.Name, "_"), "_async")
		p, ok := defined[name]
		switch {
		case b.Function == nil || !ok:
		case isAsync:
			async[name] = b.Function.Async
		default:
			for _, parameter := range b.Function.Parameters {
				p.parameters = append(p.parameters, parameter.Name)
				if !parameter.HasDefault {
					p.required++
				}
			}
			defined[name] = p
		}
	}
	if diff := cmp.Diff(defined, primitives, cmp.AllowUnexported(primitive{})); diff != "" {
		t.Errorf("(-styrmin_backend.primitives +primitives)\n%s", diff)
	}
	for name := range primitives {
		if !async[name] {
			t.Errorf("%s has no async form; then it cannot be awaited", name)
		}
		if !slices.Contains(backend, name) {
			t.Errorf("%s is not among the names of %s", name, backendModule)
		}
	}
}

// TestPassed holds the arguments that every action is passed against those
// that the runner binds.
func TestPassed(t *testing.T) {
	src, m := runtime(t, "loader.py")
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
