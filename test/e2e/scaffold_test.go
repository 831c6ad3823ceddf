package e2e

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestScaffold: the driver that init writes runs as it is, but for the image.
func TestScaffold(t *testing.T) {
	s := newSpace(t)
	dir := filepath.Join(t.TempDir(), "scaffold")
	name := s.name // registered drivers are the whole cluster's
	s.run("kubectl", "styrmin", "init", dir, "--name", name).expect(t, 0)
	s.run("kubectl", "styrmin", "validate", "--strict", dir).expect(t, 0, "0 errors, 0 warnings")

	s.styrmin("setup", "app", "--driver", dir, "--set", "image="+baseImage).expect(t, 0, "initialize")
	seen := s.record()
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "1.1.0").expect(t, 0, "stop_workers", "migrate", "start_workers")
	if counts := seen.replicas("app-worker"); len(counts) < 2 || !slices.Equal(counts[len(counts)-2:], []int32{0, 1}) {
		t.Errorf("the workers' replicas were %v, expected 0 during the migration, and then 1", counts)
	}
	if counts := seen.replicas("app-server"); !slices.Equal(counts, []int32{1}) {
		t.Errorf("the servers' replicas were %v, expected 1 all the time", counts)
	}
	if version := s.workload("app-server").Spec.Template.Spec.Containers[0].Env[0].Value; version != "1.1.0" {
		t.Errorf("the server runs version %s, expected 1.1.0", version)
	}
	s.styrmin("status", "app").expect(t, 0, "version 1.1.0", "upgrade to 1.1.0, Succeeded")
}
