package components

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
)

// progress says how far a controller is with a workload's pods. Outdated are those that it has yet to replace in their place.
func progress(observed bool, wanted, there, available, outdated int32) string {
	said := fmt.Sprintf("%d of %d pods available", available, wanted)
	if there > wanted {
		said = fmt.Sprintf("%s there, %d wanted", count(int(there), "pod"), wanted)
	}
	switch {
	case outdated > 0:
		said += fmt.Sprintf(", %d not up to date", outdated)
	case !observed && there == wanted && available >= wanted:
		// The numbers look right because they are from before the change.
		said += "; its controller has yet to see the last change"
	}
	return said
}

// rollout is progress of a Deployment: its new pods stand beside the old ones for a while, and what it
// says of how many are available counts both.
func rollout(observed bool, wanted int32, s appsv1.DeploymentStatus) string {
	old := s.Replicas - s.UpdatedReplicas
	if old <= 0 {
		return progress(observed, wanted, s.Replicas, s.AvailableReplicas, 0)
	}
	return fmt.Sprintf("%s there, %d wanted, %s still there; %d available in all",
		count(int(s.UpdatedReplicas), "new pod"), wanted, count(int(old), "old pod"), s.AvailableReplicas)
}
