// Package snapshot knows the VolumeSnapshots that backups of disks are made of: what each
// says about the backup it is a part of, when a backup is whole, and which claim brings one
// back. Every snapshot bears all of that itself, so there is nothing beside them to be lost.
package snapshot

import (
	"cmp"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group is the API group of the snapshot controller.
const Group = "snapshot.storage.k8s.io"

var (
	snapshots = schema.GroupVersionResource{Group: Group, Version: "v1", Resource: "volumesnapshots"}
	classes   = schema.GroupVersionResource{Group: Group, Version: "v1", Resource: "volumesnapshotclasses"}
)

// Snapshot is a VolumeSnapshot, as far as backups need it.
type Snapshot struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              Spec    `json:"spec"`
	Status            *Status `json:"status,omitempty"`
	// Record is what the snapshot says of its backup; nil when that cannot be read.
	Record *Record `json:"-"`
}

// Spec says of what a snapshot is, and how it is made.
type Spec struct {
	Source Source `json:"source"`
	// Class is the VolumeSnapshotClass. The snapshot controller sets the default one of the claim's CSI driver.
	Class *string `json:"volumeSnapshotClassName,omitempty"`
}

// Source is the claim that a snapshot is of.
type Source struct {
	Claim string `json:"persistentVolumeClaimName,omitempty"`
}

// Status is what the snapshot controller says.
type Status struct {
	CreationTime *metav1.Time       `json:"creationTime,omitempty"`
	Ready        *bool              `json:"readyToUse,omitempty"`
	RestoreSize  *resource.Quantity `json:"restoreSize,omitempty"`
	Error        *Error             `json:"error,omitempty"`
}

// Error is why a snapshot is not ready. The controller may try again.
type Error struct {
	Message *string `json:"message,omitempty"`
}

// Ready is true for a snapshot that a claim can be made from.
func (s Snapshot) Ready() bool {
	return s.DeletionTimestamp == nil && s.Status != nil && s.Status.Ready != nil && *s.Status.Ready
}

// Trouble is what the controller says is wrong, or empty.
func (s Snapshot) Trouble() string {
	if s.Status == nil || s.Status.Error == nil {
		return ""
	}
	if s.Status.Error.Message == nil {
		return "the snapshot controller tells an error without words"
	}
	return *s.Status.Error.Message
}

// Taken is the moment whose data the snapshot has.
func (s Snapshot) Taken() metav1.Time {
	if s.Status == nil {
		return s.CreationTimestamp
	}
	return *cmp.Or(s.Status.CreationTime, &s.CreationTimestamp)
}

// Size is what a claim must ask for at least.
func (s Snapshot) Size() resource.Quantity {
	if s.Status == nil || s.Status.RestoreSize == nil {
		return resource.Quantity{}
	}
	return *s.Status.RestoreSize
}
