package jobs

import v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"

// Settings are those of one action's Jobs: the deployment's, with what it says
// about that action over them, and the defaults where both say nothing.
func Settings(d *v1.StyrminDeployment, action string) v1.JobSettings {
	settings := *d.Spec.Jobs.DeepCopy()
	own := settings.Actions[action]
	settings.Actions = nil
	settings.ServiceAccount = orDefault(own.ServiceAccount, orDefault(settings.ServiceAccount, DefaultServiceAccount))
	settings.TimeoutSeconds = orDefault(own.TimeoutSeconds, orDefault(settings.TimeoutSeconds, DefaultTimeoutSeconds))
	if own.Retries != nil {
		settings.Retries = *own.Retries
	}
	if own.Resources != nil {
		settings.Resources = *own.Resources.DeepCopy()
	}
	return settings
}
