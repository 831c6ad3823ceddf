package e2e

import (
	"path/filepath"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestGate: other clients' changes of the release are held until the pre actions
// succeeded, let through once then, and held again ever after.
func TestGate(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	chart := filepath.Join(dir, "chart")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)

	b.hold("pre_b")
	running := s.start("upgrade", "app", "--driver", dir, "--version", "2.0.0", "--until", "pre")
	b.await("begin pre_b")
	s.awaitState("app", "pre_a", v1.ActionSucceeded)
	values := s.valuesFile("app")
	for _, helm := range []string{helm3, helm4} {
		s.unchanged("app", func() {
			held := s.helm(helm, "upgrade", "app", chart, "-f", values)
			held.expect(t, 1, "held by styrmin", "StyrminDeployment "+s.name+"/app", "upgrade to 2.0.0", "pre_b (Running)",
				"Next: kubectl styrmin upgrade app -n "+s.name+" --version 2.0.0").without(t, "pre_a")
		})
	}
	b.release("pre_b")
	running.wait().expect(t, 0, "paused after pre")
	s.passes(helm3, chart, values)
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "2.0.0").expect(t, 0, "resumed: ", "release is there already: revision 2")

	s.styrmin("upgrade", "app", "--driver", dir, "--version", "3.0.0", "--until", "pre").expect(t, 0, "paused after pre")
	s.passes(helm4, chart, s.valuesFile("app"))
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "3.0.0").expect(t, 0, "resumed: ", "release is there already: revision 3")

	s.unchanged("app", func() {
		s.holds(chart, "-f", s.valuesFile("app"))
		s.holds(chart, "-f", s.valuesFile("app"), "--set", "greeting=Other")
		s.holds(chart, "-f", values)
	})
}

// passes: Helm makes the change of the current run, and then not another one,
// neither the same nor one with other values.
func (s *space) passes(helm, chart, values string) {
	s.Helper()
	s.helm(helm, "upgrade", "app", chart, "-f", values).expect(s.T, 0)
	s.unchanged("app", func() {
		s.holds(chart, "-f", values)
		s.holds(chart, "-f", values, "--set", "greeting=Other")
	})
}

// holds: both versions of Helm are refused, with the next command.
func (s *space) holds(chart string, arguments ...string) {
	s.Helper()
	for _, helm := range []string{helm3, helm4} {
		s.helm(helm, append([]string{"upgrade", "app", chart}, arguments...)...).
			expect(s.T, 1, "held by styrmin", "StyrminDeployment "+s.name+"/app", "Next: kubectl styrmin upgrade app -n "+s.name)
	}
}

// TestNotGoverned: nothing is held in a namespace that opted out again.
func TestNotGoverned(t *testing.T) {
	s := newSpace(t)
	s.newBoard()
	dir := boardDriver(t, "small")
	chart := filepath.Join(dir, "chart")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)

	s.unchanged("app", func() { s.holds(chart, "--set", "greeting=Other") })
	s.kubectl("label", "namespace", s.name, v1.LabelGate+"-").expect(t, 0)
	s.styrmin("status", "app").expect(t, 0, "off: other clients' changes are not held")
	for _, helm := range []string{helm3, helm4} {
		s.helm(helm, "upgrade", "app", chart, "--set", "greeting=Other").expect(t, 0)
	}
}
