package progress

import (
	"encoding/json"
	"io"
	"math"
	"sync"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// Stream writes what happens for programs, a JSON object a line. It is safe for
// concurrent use.
type Stream struct {
	namespace, deployment string

	mu    sync.Mutex
	out   io.Writer
	run   v1.Run
	ended bool
}

// NewStream writes to out what happens to a deployment.
func NewStream(out io.Writer, namespace, deployment string) *Stream {
	return &Stream{out: out, namespace: namespace, deployment: deployment}
}

// Report implements engine.Reporter.
func (s *Stream) Report(e engine.Event) {
	record := Record{
		Time: e.Time, Event: e.Kind, Mode: e.Mode, Action: e.Action, Attempt: e.Attempt,
		Seconds: seconds(e.Elapsed), Message: e.Message,
	}
	if e.Kind == engine.RunStarted || e.Kind == engine.RunResumed {
		record.Actions = planned(e.Run)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run = e.Run
	s.write(record)
}

// Run is the run of the last event; an empty one when there was none.
func (s *Stream) Run() v1.Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

// Problems tells what is wrong with the driver.
func (s *Stream) Problems(found diagnostic.List) {
	if len(found) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(Record{Event: ProblemsFound, Diagnostics: found.Linked()})
}

// End tells how the command ended. Nothing comes after it.
func (s *Stream) End(result Result, exitCode int, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(Record{Event: Ended, Result: result, ExitCode: &exitCode, Message: message})
	s.ended = true
}

// write completes a record by what is known of the run, and writes it.
func (s *Stream) write(record Record) {
	if s.ended {
		return
	}
	if record.Time.IsZero() {
		record.Time = time.Now()
	}
	record.Time = record.Time.UTC()
	record.Namespace, record.Deployment = s.namespace, s.deployment
	record.Run, record.Hook = s.run.ID, s.run.Hook
	record.FromVersion, record.Version, record.Revision = s.run.FromVersion, s.run.Version, s.run.Revision
	encoder := json.NewEncoder(s.out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(record)
}

// planned lists a run's actions in the order of their modes.
func planned(run v1.Run) []PlannedAction {
	actions := make([]PlannedAction, 0, len(run.Actions))
	for _, mode := range v1.Modes() {
		for _, action := range run.Actions {
			if action.Mode == mode {
				actions = append(actions, PlannedAction{Name: action.Name, Mode: mode, State: action.State})
			}
		}
	}
	return actions
}

// seconds is a duration to the millisecond.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
