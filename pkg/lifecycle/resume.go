package lifecycle

import (
	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// Resumption says whether a recorded run goes on, or why it does not.
type Resumption string

const (
	// NothingToResume: there is no run, or it is over: it succeeded or was aborted.
	NothingToResume Resumption = ""
	// Resumes: the run goes on where it was.
	Resumes Resumption = "Resumes"
	// OtherInputs: the run was begun with other inputs.
	OtherInputs Resumption = "OtherInputs"
	// ReleaseMoved: somebody else has deployed something since the run began (a
	// rollback, for one), which spends what its pre actions proved.
	ReleaseMoved Resumption = "ReleaseMoved"
	// BeginsAnew: the run is over and did not succeed; a new one does all of it again.
	// Unfinished finds it, Resume does not know of it.
	BeginsAnew Resumption = "BeginsAnew"
)

// Resume decides whether a recorded run goes on with the given inputs.
func Resume(run *v1.Run, instance Instance, revisions []release.Record) Resumption {
	switch {
	case run == nil || run.Phase.Over():
		return NothingToResume
	case run.Instance != instance.Instance:
		return OtherInputs
	}
	deployed := NewestDeployed(revisions)
	if deployed == nil || deployed.Revision <= run.BaseRevision || deployed.Fingerprint == instance.Fingerprint {
		return Resumes
	}
	return ReleaseMoved
}

// Resumable is true when a recorded run goes on with the given inputs.
func Resumable(run *v1.Run, instance Instance, revisions []release.Record) bool {
	return Resume(run, instance, revisions) == Resumes
}

// ReleaseAt returns the revision at which the run's change is deployed; 0 when it is not.
func ReleaseAt(base int, instance Instance, revisions []release.Record) int {
	deployed := NewestDeployed(revisions)
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

// NewestDeployed is the revision that is deployed; nil when none is.
func NewestDeployed(revisions []release.Record) *release.Record {
	var newest *release.Record
	for i, revision := range revisions {
		if revision.Status == release.StatusDeployed && (newest == nil || revision.Revision > newest.Revision) {
			newest = &revisions[i]
		}
	}
	return newest
}
