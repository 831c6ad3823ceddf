package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// flow is a command of Helm, with %[1]s for the release and %[2]s for the chart.
type flow struct {
	command string
	code    int
}

// flows are what people do with Helm, in an order in which each makes sense.
// Those that fail do so for Helm's own reasons.
var flows = []flow{
	{"lint %[2]s", 0},
	{"template %[1]s %[2]s", 0},
	{"install %[1]s %[2]s --dry-run=client", 0},
	{"install %[1]s %[2]s --dry-run=server", 0},
	{"status %[1]s", 1},
	{"install %[1]s %[2]s --wait", 0},
	{"install %[1]s %[2]s", 1},
	{"list --filter ^%[1]s$", 0},
	{"test %[1]s", 0},
	{"upgrade %[1]s %[2]s --set greeting=Moin --dry-run=server", 0},
	{"upgrade %[1]s %[2]s --set greeting=Moin", 0},
	{"upgrade %[1]s %[2]s --reuse-values", 0},
	{"upgrade %[1]s %[2]s --set broken=true", 1},
	{"upgrade %[1]s %[2]s --set greeting=Servus", 0},
	{"upgrade %[1]s %[2]s --set broken=true --atomic", 1},
	{"rollback %[1]s 1", 0},
	{"rollback %[1]s 99", 1},
	{"upgrade --install %[1]s %[2]s --set greeting=Hoi", 0},
	{"history %[1]s", 0},
	{"get values %[1]s", 0},
	{"get manifest %[1]s", 0},
	{"get notes %[1]s", 0},
	{"get hooks %[1]s", 0},
	{"get metadata %[1]s", 0},
	{"uninstall %[1]s --keep-history", 0},
	{"rollback %[1]s 1", 0},
	{"uninstall %[1]s", 0},
	{"uninstall %[1]s", 1},
	{"upgrade --install %[1]s %[2]s", 0},
	{"uninstall %[1]s", 0},
}

// TestUnhindered: Helm's own flows with releases that nobody governs go in a namespace
// that opted in, beside a governed release, as in one that the webhook never hears of.
func TestUnhindered(t *testing.T) {
	s := newSpace(t)
	s.newBoard()
	s.styrmin("setup", "app", "--driver", boardDriver(t, "small"), "--version", "1.0.0").expect(t, 0)
	free := newNamedSpace(t, "unhindered-free")
	free.kubectl("label", "namespace", free.name, v1.LabelGate+"-").expect(t, 0)
	for _, program := range []string{helm3, helm4} {
		for _, storage := range []string{"secret", "configmap"} {
			t.Run(program+" "+storage, func(t *testing.T) {
				t.Parallel()
				release := "plain-" + program + "-" + storage
				for _, flow := range flows {
					found, expected := s.with(t).tries(program, storage, release, flow), free.with(t).tries(program, storage, release, flow)
					if found != expected {
						t.Errorf("where the gate is, `%s %s` says\n%s\nand without it\n%s", program, flow.command, found, expected)
					}
				}
			})
		}
	}
}

// tries runs a flow and returns what it says, without what is never the same twice.
func (s *space) tries(program, storage, release string, f flow) string {
	s.Helper()
	chart := filepath.Join(cluster.root, "test/e2e/testdata/plain/chart")
	command := fmt.Sprintf(f.command+"%.0[1]s%.0[2]s", release, chart)
	r := s.run(append([]string{"env", "HELM_DRIVER=" + storage, program, "-n", s.name}, strings.Fields(command)...)...)
	if r.code != f.code {
		s.Errorf("expected exit code %d:\n%s", f.code, r)
	}
	said := passing.ReplaceAllString(strings.ReplaceAll(r.out, s.name, "NAMESPACE"), "TIME")
	return padding.ReplaceAllString(said, " ")
}

// padding is what Helm fills the columns of its tables with.
var padding = regexp.MustCompile(`[ \t]+`)

// passing matches the times that Helm prints.
var passing = regexp.MustCompile(`modifiedAt=\d+|\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}|\d{4}-\d\d-\d\d[T ][\d:.]{8,}( ?[+-]\d{4} \w+|Z|[+-][\d:]{5})?`)

// TestGovernedIsReadable: what changes nothing of a governed release is nobody's
// business, and an uninstall is never held.
func TestGovernedIsReadable(t *testing.T) {
	s := newSpace(t)
	s.newBoard()
	dir := boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	chart := filepath.Join(dir, "chart")
	for _, program := range []string{helm3, helm4} {
		for _, command := range []string{
			"lint " + chart, "template app " + chart, "list", "status app", "history app", "get all app", "test app",
			"upgrade app " + chart + " --dry-run=client", "upgrade app " + chart + " --dry-run=server",
		} {
			s.unchanged("app", func() { s.helm(program, strings.Fields(command)...).expect(t, 0) })
		}
	}
	s.helm(helm4, "uninstall", "app").expect(t, 0)
}
