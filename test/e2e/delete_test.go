package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

// everything lists every object of every kind in the namespace, but for Events, which
// expire by themselves.
func (s *space) everything() map[string]bool {
	s.Helper()
	kinds := s.kubectl("api-resources", "--namespaced", "--verbs=list,get", "-o", "name").expect(s.T, 0)
	var listed []string
	for _, kind := range strings.Fields(kinds.stdout) {
		if kind != "events" && kind != "events.events.k8s.io" && !strings.HasSuffix(kind, ".metrics.k8s.io") {
			listed = append(listed, kind)
		}
	}
	found := map[string]bool{}
	names := s.kubectl("get", strings.Join(listed, ","), "-o", "name").expect(s.T, 0)
	for _, name := range strings.Fields(names.stdout) {
		found[name] = true
	}
	return found
}

// difference lists what is in the namespace and was not there, and what was there and is gone.
func (s *space) difference(before map[string]bool) []string {
	s.Helper()
	var lines []string
	after := s.everything()
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if !before[name] {
			lines = append(lines, "left behind: "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if !after[name] {
			lines = append(lines, "gone, and was there before: "+name)
		}
	}
	return lines
}

// TestDelete: a deployment is not deleted while its run is not over, and then nothing of it
// is left, not of its runs, nor of its engine in the cluster, nor of its release.
func TestDelete(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	before := s.everything()
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0", "--detach").expect(t, 0)
	s.styrmin("status", "app", "--watch").expect(t, 0)
	s.awaitJob(batchv1.JobComplete)

	b.hold("pre_b")
	upgrade := s.start("upgrade", "app", "--driver", dir, "--version", "2.0.0")
	b.await("begin pre_b")
	s.styrmin("delete", "app", "--release=uninstall").expect(t, 4, "is being driven by", "kubectl styrmin abort app -n "+s.name)
	upgrade.kill(t)
	s.styrmin("delete", "app", "--release=uninstall").expect(t, 4, "is not over", "Nothing was deleted", "kubectl styrmin abort app -n "+s.name)
	if found := s.statuses("app"); found != "deployed" {
		t.Errorf("the revisions are %q, expected what there was", found)
	}
	s.styrmin("abort", "app").expect(t, 0)
	b.release("pre_b")

	s.styrmin("delete", "app", "--release=uninstall").expect(t, 0, "is deleted; gone with it: ", "Helm release app is uninstalled")
	if lines := s.difference(before); len(lines) > 0 {
		s.Error(strings.Join(lines, "\n"))
	}
}

// TestKubectlDelete: deleted without us, in the middle of a run, a deployment takes with it
// all but its release, and the engine at work ends.
func TestKubectlDelete(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	before := s.everything()
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0", "--detach").expect(t, 0)
	s.styrmin("status", "app", "--watch").expect(t, 0)
	b.hold("pre_b")
	upgrade := s.start("upgrade", "app", "--driver", dir, "--version", "2.0.0")
	b.await("begin pre_b")

	s.kubectl("delete", "styrmindeployment", "app", "--timeout=2m").expect(t, 0)
	upgrade.wait().expect(t, 3, "/app was deleted meanwhile", "The same command begins anew")
	if found := s.statuses("app"); found != "deployed" {
		t.Errorf("the revisions are %q, expected the release as it was", found)
	}
	s.helm(helm3, "uninstall", "app", "--wait").expect(t, 0)
	s.eventually("nothing but what was there before", func() (string, bool) {
		lines := s.difference(before)
		return strings.Join(lines, "\n"), len(lines) == 0
	})
}

// TestDeleteKeeps: a release that is kept is held, as is said, until what is said is done.
func TestDeleteKeeps(t *testing.T) {
	s := newSpace(t)
	s.newBoard()
	dir := boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	s.apply(`{apiVersion: snapshot.storage.k8s.io/v1, kind: VolumeSnapshot,
		metadata: {name: kept, labels: {styrmin.io/backups-of: app}}, spec: {source: {persistentVolumeClaimName: data}}}`)
	s.styrmin("delete", "app", "--release=keep").expect(t, 0, "Helm release app is kept, at revision 1 (deployed)", "It stays held",
		"The backups by VolumeSnapshots stay, 1 in all", "kubectl delete volumesnapshots -n "+s.name+" -l styrmin.io/backups-of=app\n")
	if left := s.kubectl("get", "jobs,pods,configmaps,secrets,leases", "-l", "styrmin.io/deployment=app", "-o", "name").stdout; left != "" {
		t.Errorf("left behind: %s", left)
	}
	s.kubectl("delete", "volumesnapshots", "-l", "styrmin.io/backups-of=app").expect(t, 0, `"kept" deleted`)
	chart := dir + "/chart"
	s.helm(helm3, "upgrade", "app", chart, "--reuse-values").expect(t, 1, "the StyrminDeployment that governed it is gone")
	s.kubectl("label", "secrets,configmaps", "-l", "owner=helm,name=app,version=1", "styrmin.io/run-").expect(t, 0)
	s.helm(helm3, "upgrade", "app", chart, "--reuse-values").expect(t, 0)
}
