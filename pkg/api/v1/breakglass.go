package v1

import (
	"encoding/json"
	"fmt"
	"time"
)

// BreakGlass opens the gate of one deployment for a while, for emergencies: every
// change of its release is let through. It is the value of AnnotationBreakGlass,
// which only holders of VerbRelease may set, each in their own name.
//
// +kubebuilder:object:generate=false
type BreakGlass struct {
	// By is the user who opened the gate.
	By string `json:"by"`
	// Reason is why, in one line.
	Reason string `json:"reason"`
	// Until is when the gate closes by itself.
	Until time.Time `json:"until"`
}

const (
	// VerbRelease is the RBAC verb on styrmindeployments that lets a user break the glass.
	VerbRelease = "release"
	// LongestBreakGlass bounds how far in the future Until may be.
	LongestBreakGlass = 4 * time.Hour
	// LongestReason bounds a reason that is recorded, in bytes.
	LongestReason = 500
)

// BreakGlass reads the annotation; nil without one. It does not say whether it is in force.
func (d *StyrminDeployment) BreakGlass() (*BreakGlass, error) {
	value, ok := d.Annotations[AnnotationBreakGlass]
	if !ok {
		return nil, nil
	}
	var glass BreakGlass
	if err := json.Unmarshal([]byte(value), &glass); err != nil {
		return nil, fmt.Errorf(`annotation %s: expected {"by":USER,"reason":TEXT,"until":TIME}: %w`, AnnotationBreakGlass, err)
	}
	return &glass, nil
}

// InForce is true until the expiry. One that expires too late was written while
// nobody checked it, and never is in force.
func (b *BreakGlass) InForce(now time.Time) bool {
	return b != nil && now.Before(b.Until) && b.Until.Sub(now) <= LongestBreakGlass
}
