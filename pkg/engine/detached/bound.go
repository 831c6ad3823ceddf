package detached

import (
	"time"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// margin is for what an engine does beside the work that is bounded: its pod's start, and its end.
const margin = 15 * time.Minute

// Bound is the time after which an engine is not waited for any more: the run's own
// bound; without one, all that its actions and Helm may take, one after the other.
func Bound(p *engine.Prepared) time.Duration {
	if own := p.Desired.Spec.Jobs.RunTimeoutSeconds; own > 0 {
		return time.Duration(own)*time.Second + margin
	}
	const helmsWaits = 3 // the change itself, its hooks, a rollback
	total := helmsWaits*p.Timeout + margin
	for _, action := range p.Driver.Object.Spec.Actions {
		settings := jobs.Settings(p.Desired, action.Name)
		total += time.Duration(settings.TimeoutSeconds)*time.Second + margin
	}
	return total
}
