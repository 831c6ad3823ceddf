package e2e

import (
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestFailure: a failing pre action leaves the release alone, a failing post
// action leaves it changed, and the same command resumes without running again
// what succeeded.
func TestFailure(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	upgrade := []string{"upgrade", "app", "--driver", dir, "--version", "2.0.0"}

	b.fail("pre_b")
	s.unchanged("app", func() {
		s.styrmin(upgrade...).expect(t, 1, "pre_b", "The Helm release was not touched", "resume with: kubectl styrmin upgrade app")
	})
	s.styrmin("status", "app").expect(t, 0, "the run failed in pre", "version 1.0.0")
	s.unchanged("app", func() {
		s.plan(upgrade[1:]...).expect(t, 1, "it goes on", "skipped: it succeeded before", "runs, attempt 2: the last one failed", "upgrades")
	})

	b.mend("pre_b")
	b.fail("post_b")
	s.styrmin(upgrade...).expect(t, 1, "resumed: ", "post_b", "The Helm release has been changed and stays as it is")
	if found := s.statuses("app"); found != "superseded deployed" {
		t.Fatalf("the revisions are %q, expected the new one to stay", found)
	}

	s.plan(upgrade[1:]...).expect(t, 1, "skipped: the release is there already", "runs, attempt 2: the last one failed")
	b.mend("post_b")
	s.unchanged("app", func() { s.styrmin(upgrade...).expect(t, 0, "resumed: ", "succeeded before; not run again") })
	s.expectJobs(v1.HookUpgrade, map[string]int{"pre_a": 1, "pre_b": 2, "core_a": 1, "post_a": 1, "post_b": 2})
	b.expectOnce("pre_a", "core_a", "post_a")

	s.styrmin(upgrade...).expect(t, 0, "nothing to do")
	s.plan(upgrade[1:]...).expect(t, 0, "nothing would change")
	s.styrmin("status", "app").expect(t, 0, "version 2.0.0", "Succeeded")
}
