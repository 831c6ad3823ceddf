package validation

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/styrmin/kubectl-styrmin/pkg/driver"
)

func TestNeeded(t *testing.T) {
	const spec = "apiVersion: styrmin.io/v1\nkind: ApplicationDriver\nspec:\n  actions:\n" +
		"    - {name: a, hook: upgrade, mode: pre, location: 'actions.py::a'}\n"
	const head = "from prefect import flow\nimport styrmin_backend.actions as backend\nfrom styrmin_backend.actions import *\n" +
		"WORKERS = ['worker', 'beat']\n@flow\nasync def a(deployment_id, context):\n"
	for _, tc := range []struct {
		name, body string
		want       []string
	}{
		{"a list", "    await stop_components(deployment_id, ['web', 'api'])", []string{"api", "web"}},
		{"a keyword", "    await backend.execute_commands(deployment_id, commands=[['x']], component='web')", []string{"web"}},
		{"a result", "    x = await execute_command(deployment_id, 'web', ['x'])", []string{"web"}},
		{"a constant", "    await start_components(deployment_id, WORKERS)", []string{"beat", "worker"}},
		{"a part of a list", "    await stop_components(deployment_id, ['web', context.other])", []string{"web"}},
		{"in a with", "    with x:\n        await stop_component(deployment_id, 'web')", []string{"web"}},
		{"under a condition", "    if context.worker:\n        await stop_components(deployment_id, ['web'])", nil},
		{"in a loop", "    for x in context.all:\n        await stop_components(deployment_id, ['web'])", nil},
		{"in a function of its own", "    pass\ndef b():\n    stop_components('', ['web'])", nil},
		{"computed", "    await stop_components(deployment_id, context.all)", nil},
		{"something else's", "    await other(deployment_id, ['web'])", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"driver.styrmin.yml": spec, "actions.py": head + tc.body + "\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			d, found := driver.LoadDir(dir)
			if d == nil {
				t.Fatal(found)
			}
			if diff := cmp.Diff(tc.want, slices.Sorted(maps.Keys(Needed(d)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
