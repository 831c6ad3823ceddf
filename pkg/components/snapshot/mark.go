package snapshot

import (
	"encoding/json"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// Mark is what a restore remembers while it is under way, so that the same command given
// again knows what is done. It is on one snapshot of the backup, and so is written, and
// removed, as a whole.
type Mark struct {
	// ID is on each claim that the restore has made; empty before the component is stopped.
	ID string `json:"id,omitempty"`
	// Running are the workloads to start in the end: those that ran before.
	Running []string `json:"running,omitempty"`
	// Stopped are the generations of the stopped workloads. When one has changed, something
	// may have run since, and what was restored may have been written to.
	Stopped map[string]string `json:"stopped,omitempty"`
}

// Mark is the set's; nil when no restore from it is under way.
func (s Set) Mark() *Mark {
	for _, snapshot := range s.Snapshots {
		var mark Mark
		if text := snapshot.Annotations[v1.AnnotationRestore]; text != "" && json.Unmarshal([]byte(text), &mark) == nil {
			return &mark
		}
	}
	return nil
}

// Marked is the snapshot that bears the mark, or shall: the first.
func (s Set) Marked() Snapshot { return s.Snapshots[0] }
