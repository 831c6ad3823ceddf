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
	if own.NodeSelector != nil {
		settings.NodeSelector = own.NodeSelector
	}
	settings.Environment = overlay(settings.Environment, own.Environment, func(v v1.Variable) string { return v.Name })
	settings.Volumes = overlay(settings.Volumes, own.Volumes, func(v v1.Volume) string { return v.Name })
	return settings
}
