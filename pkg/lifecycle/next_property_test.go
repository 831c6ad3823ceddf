package lifecycle_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// simulation is a cluster in which a run is driven by engines that may be
// killed, and in which actions and Helm succeed, fail and get lost.
type simulation struct {
	t       *rapid.T
	stages  []lifecycle.Stage
	modes   map[string]v1.Mode
	state   lifecycle.State
	running map[string]bool
	// succeeded counts how often each action ended well.
	succeeded map[string]int
	// troubles is how much may still go wrong.
	troubles int
}

func newSimulation(t *rapid.T) *simulation {
	s := &simulation{t: t, modes: map[string]v1.Mode{}, running: map[string]bool{}, succeeded: map[string]int{}}
	var actions []v1.Action
	for i := range rapid.IntRange(0, 6).Draw(t, "actions") {
		mode := rapid.SampledFrom(v1.Modes()).Draw(t, "mode")
		a := action(v1.HookUpgrade, mode, fmt.Sprintf("a%d", i))
		actions, s.modes[a.Name] = append(actions, a), mode
	}
	s.stages = lifecycle.Stages(actions, v1.RunHookUpgrade, rapid.Bool().Draw(t, "helm in action"))
	s.state = lifecycle.State{Stages: s.stages, Attempts: map[string]lifecycle.Attempt{}}
	s.troubles = rapid.IntRange(0, 12).Draw(t, "troubles")
	s.begin()
	return s
}

// begin is a new engine: it knows what the cluster recorded, and no more.
func (s *simulation) begin() {
	s.state.Before, s.state.HelmFailed = map[string]int32{}, false
	for name, attempt := range s.state.Attempts {
		s.state.Before[name] = attempt.Number
		if attempt.State == v1.ActionRunning {
			s.state.Before[name]--
		}
	}
}

// goesWrong decides for trouble while there is some left.
func (s *simulation) goesWrong(what string) bool {
	if s.troubles == 0 || !rapid.Bool().Draw(s.t, what) {
		return false
	}
	s.troubles--
	return true
}

// start asserts E1 and E2 for one start, and carries it out.
func (s *simulation) start(start lifecycle.Start) {
	name := start.Action.Name
	if s.succeeded[name] > 0 {
		s.t.Fatalf("E2: %s is started again after it succeeded", name)
	}
	if s.running[name] {
		s.t.Fatalf("E2: %s is started while an attempt runs", name)
	}
	if start.Attempt != s.state.Attempts[name].Number+1 {
		s.t.Fatalf("E2: %s gets attempt %d after %d", name, start.Attempt, s.state.Attempts[name].Number)
	}
	s.earlierSucceeded(start.Action.Mode)
	if start.Action.Mode != v1.ModePre && s.helmPending() && !(start.Action.Mode == v1.ModeCore && s.inAction()) {
		s.t.Fatalf("E1: %s is started before the release was changed", name)
	}
	s.running[name] = true
	s.state.Attempts[name] = lifecycle.Attempt{Number: start.Attempt, State: v1.ActionRunning}
}

func (s *simulation) helmPending() bool {
	return slices.ContainsFunc(s.stages, func(stage lifecycle.Stage) bool { return stage.Helm }) && !s.state.HelmDone
}

// inAction is true when a core action says when Helm's turn is.
func (s *simulation) inAction() bool {
	return slices.ContainsFunc(s.stages, func(stage lifecycle.Stage) bool { return stage.InAction })
}

// asks lets an action of core that runs ask for Helm's turn.
func (s *simulation) asks() bool {
	for name := range s.running {
		if s.modes[name] == v1.ModeCore && s.inAction() {
			return rapid.Bool().Draw(s.t, "Helm is asked for")
		}
	}
	return false
}

// earlierSucceeded asserts that every action of the modes before succeeded once (E1).
func (s *simulation) earlierSucceeded(mode v1.Mode) {
	order := slices.Index(v1.Modes(), mode)
	for name, m := range s.modes {
		if slices.Index(v1.Modes(), m) < order && s.succeeded[name] != 1 {
			s.t.Fatalf("E1: work of %s begins and %s of %s succeeded %d times", mode, name, m, s.succeeded[name])
		}
	}
}

// end ends one running action.
func (s *simulation) end(name string) {
	delete(s.running, name)
	attempt := s.state.Attempts[name]
	switch {
	case s.goesWrong("fails"):
		attempt.State = v1.ActionFailed
	case s.goesWrong("is lost"):
		attempt.State = v1.ActionLost
	default:
		attempt.State = v1.ActionSucceeded
		s.succeeded[name]++
	}
	s.state.Attempts[name] = attempt
}

func (s *simulation) changeRelease() {
	s.earlierSucceeded(v1.ModeCore)
	if s.goesWrong("Helm fails") {
		s.state.HelmFailed = true
		return
	}
	s.state.HelmDone = true
}

// step does what one decision says; it tells how the run ended, if it did.
func (s *simulation) step() (done, failed bool) {
	s.state.Aborted, s.state.HelmAsked = s.goesWrong("it is aborted"), s.asks()
	d := lifecycle.Next(s.state)
	exactlyOne(s.t, d)
	if s.state.Aborted != d.Aborted {
		s.t.Fatalf("aborted is %t, the decision %+v", s.state.Aborted, d)
	}
	switch {
	case d.Done, d.Failed:
		return d.Done, d.Failed
	case d.Aborted:
		s.anew()
		return false, false
	case d.Helm:
		s.changeRelease()
	}
	for _, start := range d.Start {
		s.start(start)
		if s.goesWrong("the engine is killed between starts") {
			s.begin()
			return false, false
		}
	}
	if len(s.running) > 0 {
		names := make([]string, 0, len(s.running))
		for name := range s.running {
			names = append(names, name)
		}
		slices.Sort(names)
		s.end(rapid.SampledFrom(names).Draw(s.t, "ends"))
	}
	if s.goesWrong("the engine is killed") {
		s.begin()
	}
	return false, false
}

// anew is the next run after one that was aborted: what ran was stopped, and
// nothing of it counts any more.
func (s *simulation) anew() {
	s.state.Attempts, s.running, s.succeeded = map[string]lifecycle.Attempt{}, map[string]bool{}, map[string]int{}
	s.state.HelmDone, s.state.Aborted = false, false
	s.begin()
}

func exactlyOne(t *rapid.T, d lifecycle.Decision) {
	holds := 0
	for _, b := range []bool{d.Done, d.Failed, d.Aborted, d.Helm, !d.Failed && len(d.Start)+len(d.Running) > 0} {
		if b {
			holds++
		}
	}
	if holds != 1 {
		t.Fatalf("%d of the decision's alternatives hold: %+v", holds, d)
	}
}

// TestNextProperties: E1, E2, and that every run ends; and when nothing goes
// wrong any more, that the same command finishes it.
func TestNextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSimulation(t)
		const limit = 200
		for range limit {
			done, failed := s.step()
			if failed {
				if len(s.running) > 0 {
					t.Fatalf("the run ended while %v run", s.running)
				}
				s.begin() // the same command again
			}
			if !done {
				continue
			}
			for name := range s.modes {
				if s.succeeded[name] != 1 {
					t.Fatalf("done, and %s succeeded %d times", name, s.succeeded[name])
				}
			}
			if s.helmPending() {
				t.Fatal("done, and the release is not changed")
			}
			return
		}
		t.Fatalf("the run did not end within %d steps", limit)
	})
}

// TestNextWithoutHelp: an engine on its own comes to an end, too.
func TestNextWithoutHelp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSimulation(t)
		for range 200 {
			if done, failed := s.step(); done || failed {
				return
			}
		}
		t.Fatal("the run neither succeeded nor failed")
	})
}
