package v1

// Over is true for a run that nothing goes on with: it succeeded or was aborted.
// One that failed is not over: the same command resumes it.
func (p RunPhase) Over() bool { return p == RunSucceeded || p == RunAborted }

// Summary is what the history keeps of the run.
func (r *Run) Summary() RunSummary {
	summary := RunSummary{
		ID: r.ID, Hook: r.Hook, Phase: r.Phase, Instance: r.Instance,
		Version: r.Version, FromVersion: r.FromVersion, DriverVersion: r.DriverVersion, Revision: r.Revision,
		RequestedBy: r.RequestedBy, StartedAt: r.StartedAt, EndedAt: r.EndedAt, PausedAfter: r.PausedAfter,
		Message: r.Message, Abort: r.Abort,
	}
	for _, action := range r.Actions {
		if action.State == ActionFailed || action.State == ActionLost {
			summary.FailedActions = append(summary.FailedActions, action.Name)
		}
	}
	return summary
}
