package e2e

import (
	"path/filepath"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestHelmInAction: in a namespace that holds changes, the release changes after the
// pre actions and while the core action that asks for it is at work.
func TestHelmInAction(t *testing.T) {
	s := newSpace(t)
	dir, err := filepath.Abs("testdata/asks")
	if err != nil {
		t.Fatal(err)
	}
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	seen := s.record()
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "2.0.0").expect(t, 0, "revision 2 has version 2.0.0, asked again 2")
	record, err := cluster.kube.CoreV1().Secrets(s.name).Get(t.Context(), "sh.helm.release.v1.app.v2", getOptions)
	if err != nil {
		t.Fatal(err)
	}
	byMode, changed := s.jobsByMode(), seen.created(t, record.Name)
	pre, move, post := byMode[v1.ModePre][0].Name, byMode[v1.ModeCore][0].Name, byMode[v1.ModePost][0].Name
	if seen.ended(t, pre) > changed || seen.created(t, move) > changed || seen.ended(t, move) < changed || seen.created(t, post) < seen.ended(t, move) {
		t.Error("expected pre, the beginning of core, the release, the end of core, and post, in this order")
	}
	s.styrmin("status", "app").expect(t, 0, "version 2.0.0, driver version 1, revision 2, by the last run that succeeded", "upgrade to 2.0.0, Succeeded")
}
