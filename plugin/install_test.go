package plugin

import (
	"bytes"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// TestAdminVerbsWithoutACluster: what needs no cluster, and what is refused before one is asked.
func TestAdminVerbsWithoutACluster(t *testing.T) {
	for _, c := range []struct {
		args     string
		code     int
		expected string
	}{
		{"install -o yaml --image reg/styrmin:1", ExitOK, "image: reg/styrmin:1"},
		{"install -o yaml --prefect", ExitOK, "name: prefect-server"},
		{"install -o yaml --action-image reg/actions:1", ExitOK, "value: reg/actions:1"},
		{"install -o json", ExitUsage, `found "json", expected yaml`},
		{"install extra", ExitUsage, "found 1 argument"},
		{"prepare", ExitUsage, "found 0 arguments"},
		{"prepare shop -o yaml", ExitOK, "styrmin.io/gate: enforce"},
		{"prepare shop -o yaml --images reg/ --gate warn", ExitOK, "styrmin.io/images: reg/"},
		{"prepare shop --gate maybe", ExitUsage, `found "maybe", expected enforce or warn`},
		{"prepare shop --drivers some", ExitUsage, `found "some", expected any`},
		{"prepare kube-system -o yaml", ExitProblems, "cannot opt in"},
	} {
		t.Run(c.args, func(t *testing.T) {
			var out bytes.Buffer
			streams := genericiooptions.IOStreams{In: &bytes.Buffer{}, Out: &out, ErrOut: &out}
			code := Execute(t.Context(), streams, Terminal{}, strings.Fields(c.args))
			if code != c.code || !strings.Contains(out.String(), c.expected) {
				t.Errorf("exit code %d, expected %d; expected %q in:\n%s", code, c.code, c.expected, out.String())
			}
		})
	}
}
