package snapshot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Set is all that there is of one backup: its snapshots, by the names of their claims.
type Set struct {
	Backup
	Snapshots []Snapshot
}

// Sets puts the snapshots of a deployment together: of each component the newest first.
// What bears no record is left out.
func Sets(deployment string, all []Snapshot) []Set {
	var sets []Set
	for _, s := range all {
		if s.Record == nil || s.Record.Deployment != deployment {
			continue
		}
		at := slices.IndexFunc(sets, func(set Set) bool { return set.Backup == s.Record.Backup })
		if at < 0 {
			sets, at = append(sets, Set{Backup: s.Record.Backup}), len(sets)
		}
		sets[at].Snapshots = append(sets[at].Snapshots, s)
	}
	for _, set := range sets {
		slices.SortFunc(set.Snapshots, func(a, b Snapshot) int { return cmp.Compare(a.Record.Claim.Name, b.Record.Claim.Name) })
	}
	slices.SortStableFunc(sets, func(a, b Set) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), b.MadeAt().Compare(a.MadeAt()), cmp.Compare(a.Name, b.Name))
	})
	return sets
}

// Find is the set of one backup, which has no snapshots when there is none.
func Find(b Backup, all []Snapshot) Set {
	for _, set := range Sets(b.Deployment, all) {
		if set.Backup == b {
			return set
		}
	}
	return Set{Backup: b}
}

// Of is the snapshot of a claim, or nil.
func (s Set) Of(claim string) *Snapshot {
	for i := range s.Snapshots {
		if s.Snapshots[i].Record.Claim.Name == claim {
			return &s.Snapshots[i]
		}
	}
	return nil
}

// Lacks says why the set is no backup: empty when it is one, with a snapshot of each
// claim that is ready to be used.
func (s Set) Lacks() string {
	if len(s.Snapshots) == 0 {
		return "there is no snapshot of it"
	}
	claims := s.Snapshots[0].Record.Claims
	var lacks []string
	for _, snapshot := range s.Snapshots {
		switch {
		case !slices.Equal(snapshot.Record.Claims, claims):
			return "its snapshots are of several attempts"
		case snapshot.DeletionTimestamp != nil:
			lacks = append(lacks, fmt.Sprintf("snapshot %s is being deleted", snapshot.Name))
		case !snapshot.Ready() && snapshot.Trouble() != "":
			lacks = append(lacks, fmt.Sprintf("snapshot %s is not ready: %s", snapshot.Name, snapshot.Trouble()))
		case !snapshot.Ready():
			lacks = append(lacks, fmt.Sprintf("snapshot %s is not ready", snapshot.Name))
		}
	}
	for _, claim := range claims {
		if s.Of(claim) == nil {
			lacks = append(lacks, "there is no snapshot of claim "+claim)
		}
	}
	return strings.Join(lacks, "; ")
}

// Whole is true for a backup.
func (s Set) Whole() bool { return s.Lacks() == "" }

// Gone is true when nothing is there, or all of it is being deleted.
func (s Set) Gone() bool {
	return !slices.ContainsFunc(s.Snapshots, func(one Snapshot) bool { return one.DeletionTimestamp == nil })
}

// MadeAt is the moment of the oldest snapshot.
func (s Set) MadeAt() time.Time {
	var oldest time.Time
	for _, snapshot := range s.Snapshots {
		if taken := snapshot.Taken(); oldest.IsZero() || taken.Time.Before(oldest) {
			oldest = taken.Time
		}
	}
	return oldest.UTC()
}

// Bytes is how large the volumes are that the backup is restored to.
func (s Set) Bytes() (sum int64) {
	for _, snapshot := range s.Snapshots {
		size := snapshot.Size()
		sum += size.Value()
	}
	return sum
}

// Obsolete are the snapshots that an attempt at a backup of these claims cannot use: of
// another set of claims, of a claim that was replaced, or asked for so much earlier than
// the newest that the volumes would not fit together. The moments are all the API server's.
func (s Set) Obsolete(wanted []Record, apart time.Duration) (obsolete []Snapshot) {
	var newest metav1.Time
	for _, snapshot := range s.Snapshots {
		if newest.Before(&snapshot.CreationTimestamp) {
			newest = snapshot.CreationTimestamp
		}
	}
	for _, snapshot := range s.Snapshots {
		usable := slices.ContainsFunc(wanted, func(r Record) bool {
			return r.Claim.Name == snapshot.Record.Claim.Name && r.Claim.UID == snapshot.Record.Claim.UID && slices.Equal(r.Claims, snapshot.Record.Claims)
		})
		if snapshot.DeletionTimestamp == nil && (!usable || newest.Sub(snapshot.CreationTimestamp.Time) > apart) {
			obsolete = append(obsolete, snapshot)
		}
	}
	return obsolete
}
