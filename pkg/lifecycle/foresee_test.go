package lifecycle_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// told writes a forecast as "MODE: helm FATE, ACTION FATE, …".
func told(forecasts []lifecycle.Forecast) []string {
	var lines []string
	for _, forecast := range forecasts {
		line := string(forecast.Mode) + ":"
		if forecast.Helm != "" {
			line += " helm " + string(forecast.Helm)
		}
		for _, step := range forecast.Steps {
			line += fmt.Sprintf(" %s %s", step.Action.Name, step.Fate)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestForesee(t *testing.T) {
	succeeded := lifecycle.Attempt{Number: 1, State: v1.ActionSucceeded}
	for name, tt := range map[string]struct {
		hook     v1.RunHook
		attempts map[string]lifecycle.Attempt
		helmDone bool
		inAction bool
		want     []string
	}{
		"a new run": {
			hook: v1.RunHookUpgrade,
			want: []string{"pre: stop Start backup Start", "core: helm Start migrate Start", "post: start Start"},
		},
		"setup":             {hook: v1.RunHookSetup, want: []string{"pre: create_database Start", "core: helm Start", "post:"}},
		"parameters only":   {hook: v1.RunHookNone, want: []string{"pre:", "core: helm Start", "post:"}},
		"Helm in an action": {hook: v1.RunHookUpgrade, inAction: true, want: []string{"pre: stop Start backup Start", "core: migrate Start", "post: start Start"}},
		"failed in pre": {
			hook:     v1.RunHookUpgrade,
			attempts: map[string]lifecycle.Attempt{"stop": succeeded, "backup": {Number: 2, State: v1.ActionFailed}},
			want:     []string{"pre: stop Skip backup Retry", "core: helm Start migrate Start", "post: start Start"},
		},
		"killed in core": {
			hook:     v1.RunHookUpgrade,
			attempts: map[string]lifecycle.Attempt{"stop": succeeded, "backup": succeeded, "migrate": {Number: 1, State: v1.ActionRunning}},
			helmDone: true,
			want:     []string{"pre: stop Skip backup Skip", "core: helm Skip migrate Adopt", "post: start Start"},
		},
		"a lost Job": {
			hook:     v1.RunHookUpgrade,
			attempts: map[string]lifecycle.Attempt{"stop": succeeded, "backup": succeeded, "migrate": succeeded, "start": {Number: 1, State: v1.ActionLost}},
			helmDone: true,
			want:     []string{"pre: stop Skip backup Skip", "core: helm Skip migrate Skip", "post: start Retry"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			state := lifecycle.State{Stages: lifecycle.Stages(declared, tt.hook, tt.inAction), Attempts: tt.attempts, HelmDone: tt.helmDone}
			if diff := cmp.Diff(tt.want, told(lifecycle.Foresee(state))); diff != "" {
				t.Errorf("(-expected +found)\n%s", diff)
			}
		})
	}
}

// TestForeseeIsWhatNextDoes follows Next from any state while all goes well,
// and expects of every step exactly what was foreseen.
func TestForeseeIsWhatNextDoes(t *testing.T) {
	states := []v1.ActionState{v1.ActionPending, v1.ActionRunning, v1.ActionSucceeded, v1.ActionFailed, v1.ActionLost}
	rapid.Check(t, func(t *rapid.T) {
		s := newSimulation(t)
		for _, name := range slices.Sorted(maps.Keys(s.modes)) {
			if state := rapid.SampledFrom(states).Draw(t, "state"); state != v1.ActionPending {
				s.state.Attempts[name] = lifecycle.Attempt{Number: int32(rapid.IntRange(1, 3).Draw(t, "attempt")), State: state}
			}
		}
		s.state.HelmDone = rapid.Bool().Draw(t, "release changed")
		s.begin()
		foreseen := lifecycle.Foresee(s.state)
		started, helm := follow(t, s.state)
		for _, forecast := range foreseen {
			if forecast.Helm != "" && (forecast.Helm == lifecycle.FateStart) != helm {
				t.Fatalf("Helm: foreseen %s, and it was asked: %t", forecast.Helm, helm)
			}
			for _, step := range forecast.Steps {
				want := int32(0)
				if step.Fate == lifecycle.FateStart || step.Fate == lifecycle.FateRetry {
					want = step.Known.Number + 1
				}
				if started[step.Action.Name] != want {
					t.Fatalf("%s: foreseen %s, and attempt %d was started", step.Action.Name, step.Fate, started[step.Action.Name])
				}
			}
		}
	})
}

// follow drives a state to its end while everything succeeds, and tells which attempts were started.
func follow(t *rapid.T, state lifecycle.State) (started map[string]int32, helm bool) {
	started = map[string]int32{}
	succeed := func(name string, number int32) {
		state.Attempts[name] = lifecycle.Attempt{Number: number, State: v1.ActionSucceeded}
	}
	for range 50 {
		d := lifecycle.Next(state)
		switch {
		case d.Done:
			return started, helm
		case d.Failed:
			t.Fatalf("the run failed where nothing does: %+v", d)
		case d.Helm:
			helm, state.HelmDone = true, true
		}
		for _, start := range d.Start {
			started[start.Action.Name] = start.Attempt
			succeed(start.Action.Name, start.Attempt)
		}
		for _, name := range d.Running {
			succeed(name, state.Attempts[name].Number)
		}
	}
	t.Fatal("the run did not end")
	return nil, false
}

func TestObserved(t *testing.T) {
	job := func(run string, number int32, state v1.ActionState) lifecycle.Evidence {
		return lifecycle.Evidence{Run: run, Action: "a", Attempt: lifecycle.Attempt{Number: number, State: state}}
	}
	for name, tt := range map[string]struct {
		state    v1.ActionState
		attempt  int32
		evidence []lifecycle.Evidence
		want     lifecycle.Attempt
	}{
		"never started":          {v1.ActionPending, 0, nil, lifecycle.Attempt{State: v1.ActionPending}},
		"started, not recorded":  {v1.ActionPending, 0, []lifecycle.Evidence{job("r", 1, v1.ActionRunning)}, lifecycle.Attempt{Number: 1, State: v1.ActionRunning}},
		"ended, not recorded":    {v1.ActionRunning, 1, []lifecycle.Evidence{job("r", 1, v1.ActionSucceeded)}, lifecycle.Attempt{Number: 1, State: v1.ActionSucceeded}},
		"the newest Job counts":  {v1.ActionFailed, 1, []lifecycle.Evidence{job("r", 2, v1.ActionRunning), job("r", 1, v1.ActionFailed)}, lifecycle.Attempt{Number: 2, State: v1.ActionRunning}},
		"its Job is gone":        {v1.ActionRunning, 1, nil, lifecycle.Attempt{Number: 1, State: v1.ActionLost}},
		"only an older Job left": {v1.ActionRunning, 2, []lifecycle.Evidence{job("r", 1, v1.ActionFailed)}, lifecycle.Attempt{Number: 2, State: v1.ActionLost}},
		"a success stays":        {v1.ActionSucceeded, 1, nil, lifecycle.Attempt{Number: 1, State: v1.ActionSucceeded}},
		"whatever its Job says":  {v1.ActionSucceeded, 1, []lifecycle.Evidence{job("r", 1, v1.ActionLost)}, lifecycle.Attempt{Number: 1, State: v1.ActionSucceeded}},
		"a failure stays":        {v1.ActionFailed, 1, nil, lifecycle.Attempt{Number: 1, State: v1.ActionFailed}},
		"another run's Job":      {v1.ActionPending, 0, []lifecycle.Evidence{job("q", 1, v1.ActionSucceeded)}, lifecycle.Attempt{State: v1.ActionPending}},
		"due again":              {v1.ActionPending, 1, []lifecycle.Evidence{job("r", 1, v1.ActionSucceeded)}, lifecycle.Attempt{Number: 1, State: v1.ActionPending}},
	} {
		t.Run(name, func(t *testing.T) {
			run := v1.Run{ID: "r", Actions: []v1.ActionStatus{{Name: "a", State: tt.state, Attempt: tt.attempt}}}
			if got := lifecycle.Observed(run, tt.evidence)["a"]; got != tt.want {
				t.Errorf("found %+v, expected %+v", got, tt.want)
			}
		})
	}
}
