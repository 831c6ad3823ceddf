package lifecycle

import v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"

// Unfinished finds the newest run of an instance, unless it succeeded: what it
// was to deploy may be there, and its actions were not all carried out. So to ask
// for the same once more is not "nothing to do", but that run anew from its
// beginning. It is nil when the newest run of the instance succeeded, or there was none.
func Unfinished(status v1.StyrminDeploymentStatus, instance string) *v1.RunSummary {
	known := status.History
	if status.Run != nil {
		known = append([]v1.RunSummary{status.Run.Summary()}, known...)
	}
	for i, run := range known {
		if run.Instance != instance {
			continue
		}
		if run.Phase == v1.RunSucceeded {
			return nil
		}
		return &known[i]
	}
	return nil
}
