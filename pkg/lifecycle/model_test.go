package lifecycle_test

import (
	"fmt"
	"slices"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// The model enumerates every state that a run with up to two actions a mode can
// get into, whatever ends, fails, is lost or is killed, and when. What the
// property tests try at random is tried in full here.

// mostActions is that of the model: two in each of three modes.
const mostActions = 6

// condition is what one action's newest attempt is to the engine at work. The
// number of the attempt matters to lifecycle.Next only as far as it belongs to
// this engine or to one before, so that the states are finite.
type condition byte

const (
	pending condition = iota
	running
	succeeded
	failed    // under this engine
	lost      // under this engine
	failedOld // under an engine before
	lostOld   // under an engine before
)

// situation is one state of the model; it is comparable.
type situation struct {
	actions [mostActions]condition
	// queue has a bit for each attempt that the engine has decided to start and
	// has not started: it can be killed between two.
	queue                byte
	helmDone, helmFailed bool
	// asked is true once a core action that runs has asked for Helm's turn.
	asked bool
	// aborted is what the record says; it holds until everything has been stopped.
	aborted bool
}

// model is one shape of a run.
type model struct {
	t       *testing.T
	stages  []lifecycle.Stage
	actions []v1.Action
	modes   []v1.Mode
	// inAction leaves it to a core action to say when Helm's turn is.
	inAction bool
	// finishes remembers from which situations a run without trouble succeeds.
	finishes map[situation]bool
}

func newModel(t *testing.T, counts map[v1.Mode]int, helmInAction bool) *model {
	m := &model{t: t, inAction: helmInAction, finishes: map[situation]bool{}}
	for _, mode := range v1.Modes() {
		for i := range counts[mode] {
			m.actions = append(m.actions, action(v1.HookUpgrade, mode, fmt.Sprintf("%s%d", mode, i)))
			m.modes = append(m.modes, mode)
		}
	}
	m.stages = lifecycle.Stages(m.actions, v1.RunHookUpgrade, helmInAction)
	return m
}

// decide asks what the engine would do.
func (m *model) decide(s situation) lifecycle.Decision {
	state := lifecycle.State{Stages: m.stages, Attempts: map[string]lifecycle.Attempt{}, Before: map[string]int32{}, HelmAsked: s.asked && m.coreRuns(s), HelmDone: s.helmDone, HelmFailed: s.helmFailed, Aborted: s.aborted}
	states := map[condition]v1.ActionState{
		running: v1.ActionRunning, succeeded: v1.ActionSucceeded, failed: v1.ActionFailed, failedOld: v1.ActionFailed, lost: v1.ActionLost, lostOld: v1.ActionLost,
	}
	for i, a := range m.actions {
		if s.actions[i] == pending {
			continue
		}
		state.Attempts[a.Name] = lifecycle.Attempt{Number: 1, State: states[s.actions[i]]}
		if s.actions[i] == failedOld || s.actions[i] == lostOld {
			state.Before[a.Name] = 1
		}
	}
	return lifecycle.Next(state)
}

// coreRuns is true while an action of core is under way.
func (m *model) coreRuns(s situation) bool {
	for i, mode := range m.modes {
		if mode == v1.ModeCore && s.actions[i] == running {
			return true
		}
	}
	return false
}

// killed is the situation of the next engine: it knows what the cluster recorded, and no more.
func (s situation) killed() situation {
	s.queue, s.helmFailed = 0, false
	for i, c := range s.actions {
		switch c {
		case failed:
			s.actions[i] = failedOld
		case lost:
			s.actions[i] = lostOld
		}
	}
	return s
}

func (s situation) with(action int, c condition) situation {
	s.actions[action] = c
	return s
}

// abort is the situation once somebody has recorded that the run is aborted. It
// can be at any instant but after the success was recorded: the API server
// takes one of the two first, and refuses the other.
func (s situation) abort() situation {
	s.aborted = true
	return s
}

// next lists every situation that can follow.
func (m *model) next(s situation) []situation {
	out := []situation{s.killed()}
	if !s.aborted {
		out = append(out, s.abort())
	}
	if m.inAction && m.coreRuns(s) {
		asking := s
		asking.asked = true
		out = append(out, asking)
	}
	for i := range m.actions {
		if s.actions[i] == running {
			out = append(out, s.with(i, succeeded), s.with(i, failed), s.with(i, lost))
		}
	}
	return append(out, m.step(s)...)
}

// step is what the engine itself does next; what Helm does is not known before.
func (m *model) step(s situation) []situation {
	if s.queue != 0 {
		return []situation{m.startFirst(s)}
	}
	d := m.decide(s)
	m.defined(s, d)
	switch {
	case d.Aborted:
		// What is at work is stopped, and the next run begins: nothing of this one counts.
		return []situation{{}}
	case d.Helm:
		m.changeAllowed(s)
		changed, unchanged := s, s
		changed.helmDone, unchanged.helmFailed = true, true
		// Killed or aborted meanwhile, and the change went through all the same.
		return []situation{changed, unchanged, changed.killed(), changed.abort()}
	case len(d.Start) > 0:
		for _, start := range d.Start {
			s.queue |= 1 << m.index(start.Action.Name)
		}
		return []situation{s}
	}
	return nil
}

func (m *model) index(name string) int {
	return slices.IndexFunc(m.actions, func(a v1.Action) bool { return a.Name == name })
}

// startFirst starts the first attempt of the queue; this is where E1 and E2 are at stake.
func (m *model) startFirst(s situation) situation {
	for i := range m.actions {
		if s.queue&(1<<i) == 0 {
			continue
		}
		if c := s.actions[i]; c == succeeded || c == running {
			m.t.Fatalf("E2: %s is started while its newest attempt is %d: %+v", m.actions[i].Name, c, s)
		}
		m.earlierSucceeded(s, m.modes[i])
		if !s.helmDone && (m.modes[i] == v1.ModePost || m.modes[i] == v1.ModeCore && !m.inAction) {
			m.t.Fatalf("E1: %s is started before the release was changed: %+v", m.actions[i].Name, s)
		}
		s.queue &^= 1 << i
		return s.with(i, running)
	}
	return s
}

func (m *model) changeAllowed(s situation) {
	m.earlierSucceeded(s, v1.ModeCore)
	if s.helmDone {
		m.t.Fatalf("Helm is asked without need: %+v", s)
	}
	for i, mode := range m.modes {
		if m.inAction && !(s.asked && m.coreRuns(s)) && mode == v1.ModeCore && s.actions[i] != succeeded {
			m.t.Fatalf("Helm is asked, and no action wants it yet: %+v", s)
		}
	}
}

// earlierSucceeded is E1 for work of a mode.
func (m *model) earlierSucceeded(s situation, mode v1.Mode) {
	for i, other := range m.modes {
		if slices.Index(v1.Modes(), other) < slices.Index(v1.Modes(), mode) && s.actions[i] != succeeded {
			m.t.Fatalf("E1: work of %s begins and %s is %d: %+v", mode, m.actions[i].Name, s.actions[i], s)
		}
	}
}

// defined is what E4 and E5 need of a decision: it is one of the alternatives,
// it waits only for something that will end, and a run that is over leaves nothing running.
func (m *model) defined(s situation, d lifecycle.Decision) {
	alternatives := 0
	for _, holds := range []bool{d.Done, d.Failed, d.Aborted, d.Helm, !d.Failed && len(d.Start)+len(d.Running) > 0} {
		if holds {
			alternatives++
		}
	}
	anyRunning := slices.Contains(s.actions[:], running)
	switch {
	case alternatives != 1:
		m.t.Fatalf("%d alternatives hold at %+v: %+v", alternatives, s, d)
	case d.Aborted != s.aborted:
		m.t.Fatalf("aborted is %t, and the engine decides %+v at %+v", s.aborted, d, s)
	case (d.Done || d.Failed) && anyRunning:
		m.t.Fatalf("the run ends while an action runs at %+v: %+v", s, d)
	case len(d.Running) > 0 && !anyRunning:
		m.t.Fatalf("nothing runs, and it is waited for at %+v: %+v", s, d)
	case len(d.Start) > 0 && (slices.Contains(s.actions[:], failed) || slices.Contains(s.actions[:], lost)):
		m.t.Fatalf("more is started after an action failed or was lost at %+v: %+v", s, d)
	}
}

// finishesFrom tells whether a run that meets no more trouble succeeds, with
// the same command given again when it fails.
func (m *model) finishesFrom(s situation) bool {
	var path []situation
	for range 100 {
		if known, ok := m.finishes[s]; ok {
			return m.remember(path, known)
		}
		path = append(path, s)
		if s.queue == 0 && m.decide(s).Done {
			return m.remember(path, m.allSucceeded(s))
		}
		s = m.withoutTrouble(s)
	}
	return m.remember(path, false)
}

func (m *model) remember(path []situation, finishes bool) bool {
	for _, s := range path {
		m.finishes[s] = finishes
	}
	return finishes
}

// withoutTrouble is one step in which what runs succeeds.
func (m *model) withoutTrouble(s situation) situation {
	if i := slices.Index(s.actions[:], running); i >= 0 && s.queue == 0 {
		return s.with(i, succeeded)
	}
	if s.queue == 0 && m.decide(s).Failed {
		return s.killed()
	}
	return m.step(s)[0]
}

func (m *model) allSucceeded(s situation) bool {
	for i := range m.actions {
		if s.actions[i] != succeeded {
			return false
		}
	}
	return s.helmDone
}

// explore visits every situation and returns how many there are.
func (m *model) explore() int {
	seen := map[situation]bool{{}: true}
	for todo := []situation{{}}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !m.finishesFrom(s) {
			m.t.Fatalf("from %+v the run does not end well any more", s)
		}
		for _, following := range m.next(s) {
			if !seen[following] {
				seen[following] = true
				todo = append(todo, following)
			}
		}
	}
	return len(seen)
}

// TestEverySituation: E1, E2, E4 and E5 hold in every situation of every shape of a run.
func TestEverySituation(t *testing.T) {
	shapes, situations := 0, 0
	for shape := range 3 * 3 * 3 {
		counts := map[v1.Mode]int{v1.ModePre: shape % 3, v1.ModeCore: shape / 3 % 3, v1.ModePost: shape / 9}
		for _, helmInAction := range []bool{false, true} {
			situations += newModel(t, counts, helmInAction).explore()
			shapes++
		}
	}
	t.Logf("%d situations of %d shapes of a run", situations, shapes)
	if situations < 4000 {
		t.Errorf("only %d situations: is everything tried?", situations)
	}
}
