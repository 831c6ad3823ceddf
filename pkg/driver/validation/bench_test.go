package validation

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

// manyActions writes a driver with so many actions, each with a flow of its own.
func manyActions(b *testing.B, n int) (dir string) {
	b.Helper()
	var spec, actions strings.Builder
	spec.WriteString("apiVersion: styrmin.io/v1\nkind: ApplicationDriver\nmetadata: {name: notes}\nspec:\n  version: \"1\"\n" +
		"  helm: {main: {location: ./chart}}\n  components:\n    server: {identifier: {label: {app: server}}}\n  actions:\n")
	actions.WriteString("from prefect import flow\nfrom styrmin_backend.actions import stop_components\n")
	for i := range n {
		fmt.Fprintf(&spec, "    - name: action_%[1]d\n      hook: upgrade\n      mode: pre\n      location: actions.py::action_%[1]d\n", i)
		fmt.Fprintf(&actions, "\n\n@flow\nasync def action_%d(deployment_id: str) -> None:\n    await stop_components(deployment_id, [\"server\"])\n", i)
	}
	dir = b.TempDir()
	for name, text := range map[string]string{v1.DriverFile: spec.String(), v1.ActionsFile: actions.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

func BenchmarkLoad(b *testing.B) {
	dir := manyActions(b, 100)
	for b.Loop() {
		if _, list := driver.LoadDir(dir); len(list) > 0 {
			b.Fatal(list)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	d, _ := driver.LoadDir(manyActions(b, 100))
	for b.Loop() {
		if list := Validate(d); len(list) > 0 {
			b.Fatal(list)
		}
	}
}
