package lifecycle

import (
	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Resumable is true when a recorded run goes on with the given inputs: it has
// not succeeded, its instance is the same, and nobody has deployed something
// else since it began (a rollback, for one, spends what its pre actions proved).
func Resumable(run *v1.Run, instance Instance, revisions []release.Record) bool {
	if run == nil || run.Phase == v1.RunSucceeded || run.Instance != instance.Instance {
		return false
	}
	deployed := newestDeployed(revisions)
	return deployed == nil || deployed.Revision <= run.BaseRevision || deployed.Fingerprint == instance.Fingerprint
}

// ReleaseAt returns the revision at which the run's change is deployed; 0 when it is not.
func ReleaseAt(base int, instance Instance, revisions []release.Record) int {
	deployed := newestDeployed(revisions)
	if deployed == nil || deployed.Revision <= base || deployed.Fingerprint != instance.Fingerprint {
		return 0
	}
	return deployed.Revision
}

// Newest is the highest revision number; 0 for none.
func Newest(revisions []release.Record) int {
	newest := 0
	for _, revision := range revisions {
		newest = max(newest, revision.Revision)
	}
	return newest
}
