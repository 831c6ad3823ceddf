package lifecycle

import v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"

// Target is what a deployment is at, or moves to.
type Target struct {
	// Instance is the digest of all inputs.
	Instance string
	// DriverDigest is the digest of the driver's spec and files.
	DriverDigest string
	// Version is the application version.
	Version string
}

// DecideHook says what has to run to get from what is deployed (nil for nothing)
// to the target. A new application version or another driver is an upgrade; new
// parameters alone change the Helm release without actions. changed is false
// when the target is deployed already.
func DecideHook(deployed *Target, target Target) (hook v1.RunHook, changed bool) {
	causes := Why(deployed, target)
	switch {
	case len(causes) == 0:
		return v1.RunHookNone, false
	case causes[0] == CauseNothingDeployed:
		return v1.RunHookSetup, true
	case causes[0] == CauseInputs:
		return v1.RunHookNone, true
	default:
		return v1.RunHookUpgrade, true
	}
}
