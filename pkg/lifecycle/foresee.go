package lifecycle

import v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"

// Fate is what becomes of a step when an engine begins now and all goes well.
type Fate string

const (
	// FateStart: the step is done for the first time.
	FateStart Fate = "Start"
	// FateRetry: its last attempt failed or was lost; there will be a new one.
	FateRetry Fate = "Retry"
	// FateAdopt: an attempt is under way and is waited for.
	FateAdopt Fate = "Adopt"
	// FateSkip: the action succeeded in this run before, or the release is there already.
	FateSkip Fate = "Skip"
)

// Step is what becomes of an action.
type Step struct {
	Action v1.Action
	Fate   Fate
	// Known is the newest attempt so far; its number is 0 when there was none.
	Known Attempt
}

// Forecast is what becomes of one stage.
type Forecast struct {
	Mode v1.Mode
	// Helm is what becomes of the change of the release, where it comes before the
	// actions; empty in a stage that leaves it to them, and in one that does not change it.
	Helm  Fate
	Steps []Step
}

// Foresee says what an engine does that begins in a state, as Next would decide
// step by step while everything succeeds. What failed or was lost so far belongs
// to the past for that engine, so State.Before is not looked at.
func Foresee(s State) []Forecast {
	forecasts := make([]Forecast, 0, len(s.Stages))
	for _, stage := range s.Stages {
		forecast := Forecast{Mode: stage.Mode}
		switch {
		case !stage.Helm || stage.InAction:
		case s.HelmDone:
			forecast.Helm = FateSkip
		default:
			forecast.Helm = FateStart
		}
		for _, action := range stage.Actions {
			known := s.Attempts[action.Name]
			forecast.Steps = append(forecast.Steps, Step{Action: action, Fate: fateAfter(known.State), Known: known})
		}
		forecasts = append(forecasts, forecast)
	}
	return forecasts
}

func fateAfter(state v1.ActionState) Fate {
	switch state {
	case v1.ActionSucceeded:
		return FateSkip
	case v1.ActionRunning:
		return FateAdopt
	case v1.ActionFailed, v1.ActionLost:
		return FateRetry
	default:
		return FateStart
	}
}

// Observed brings a recorded run's attempts up to what its Jobs say: an engine
// may have died before it recorded what it saw. A success that was recorded
// stays, whatever became of its Job (E2); so does an action that is due again,
// until there is a newer attempt. One that was under way and has no Job any more
// is lost (E4).
func Observed(run v1.Run, evidence []Evidence) map[string]Attempt {
	newest := map[string]Attempt{}
	for _, e := range evidence {
		if e.Run == run.ID && e.Number > newest[e.Action].Number {
			newest[e.Action] = e.Attempt
		}
	}
	attempts := map[string]Attempt{}
	for _, action := range run.Actions {
		known, job := Attempt{Number: action.Attempt, State: action.State}, newest[action.Name]
		switch {
		case known.State == v1.ActionSucceeded:
		case job.Number > known.Number, job.Number == known.Number && known.Number > 0 && known.State != v1.ActionPending:
			known = job
		case known.State == v1.ActionRunning:
			known.State = v1.ActionLost
		}
		attempts[action.Name] = known
	}
	return attempts
}
