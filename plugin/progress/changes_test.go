package progress_test

import (
	"bytes"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// record alters a copy of a run's record.
type record func(*v1.Run)

func at(seconds int) *metav1.Time {
	t := metav1.NewTime(time.Unix(1700000000+int64(seconds), 0))
	return &t
}

// set is an action's new state, from and to an instant; 0 for not yet.
func set(name string, state v1.ActionState, from, to int, message string) record {
	return func(run *v1.Run) {
		for i := range run.Actions {
			action := &run.Actions[i]
			if action.Name != name {
				continue
			}
			if state == v1.ActionRunning {
				action.Attempt++
			}
			action.State, action.Message, action.StartedAt, action.EndedAt = state, message, at(from), nil
			if to > 0 {
				action.EndedAt = at(to)
			}
		}
	}
}

func phase(p v1.RunPhase) record {
	return func(run *v1.Run) { run.Phase, run.Message, run.EndedAt = p, "", nil }
}

func over(p v1.RunPhase, ended int, message string) record {
	return func(run *v1.Run) { run.Phase, run.EndedAt, run.Message = p, at(ended), message }
}

func together(records ...record) record {
	return func(run *v1.Run) {
		for _, alter := range records {
			alter(run)
		}
	}
}

func TestChanges(t *testing.T) {
	inPre := []record{
		set("stop_worker", v1.ActionRunning, 1, 0, ""), set("back_up", v1.ActionRunning, 1, 0, ""),
		set("stop_worker", v1.ActionSucceeded, 1, 5, ""),
	}
	for name, tt := range map[string]struct {
		start   record
		records []record
	}{
		"watch": {phase(v1.RunPre), append(inPre,
			set("back_up", v1.ActionSucceeded, 1, 66, ""), phase(v1.RunCore), func(run *v1.Run) { run.Revision = 2 },
			set("migrate", v1.ActionRunning, 70, 0, ""), set("migrate", v1.ActionSucceeded, 70, 73, ""),
			together(phase(v1.RunPost), set("verify_upgrade", v1.ActionRunning, 74, 0, "")),
			set("verify_upgrade", v1.ActionSucceeded, 74, 75, ""), over(v1.RunSucceeded, 76, ""),
		)},
		"watch_midway": {together(append(inPre, set("back_up", v1.ActionSucceeded, 1, 66, ""), phase(v1.RunCore), func(run *v1.Run) { run.Revision = 2 })...), []record{
			set("migrate", v1.ActionRunning, 70, 0, ""), set("migrate", v1.ActionLost, 70, 72, "its Job migrate-1 was deleted before it ended"),
			over(v1.RunFailed, 73, "the run failed in core: action migrate: its Job migrate-1 was deleted before it ended"),
			phase(v1.RunCore), set("migrate", v1.ActionRunning, 80, 0, ""),
		}},
		"watch_failed": {phase(v1.RunPre), append(inPre,
			together(set("back_up", v1.ActionFailed, 1, 3, "disk full"), over(v1.RunFailed, 3, "the run failed in pre: action back_up: disk full")),
		)},
		"watch_aborted": {phase(v1.RunPre), append(inPre,
			over(v1.RunAborted, 9, "aborted by bob at 2023-11-14T22:13:29Z: wrong window"), set("back_up", v1.ActionLost, 1, 10, "it was stopped, because the run was aborted"),
		)},
		"watch_paused": {phase(v1.RunPre), append(inPre,
			set("back_up", v1.ActionSucceeded, 1, 66, ""), together(phase(v1.RunCore), func(run *v1.Run) { run.PausedAfter = v1.ModePre }),
			phase(v1.RunCore), func(run *v1.Run) { run.Revision = 2 },
		)},
	} {
		t.Run(name, func(t *testing.T) {
			current := upgrade()
			current.StartedAt = *at(0)
			tt.start(&current)
			var out bytes.Buffer
			lines := progress.New(&out, progress.Options{})
			show := func(before, after *v1.Run) {
				for _, event := range progress.Changes(before, after) {
					if event.Time.IsZero() {
						event.Time = at(0).Time // the record has no time of it
					}
					lines.Report(event)
				}
			}
			show(nil, &current)
			for _, alter := range tt.records {
				next := *current.DeepCopy()
				alter(&next)
				show(&current, &next)
				current = next
			}
			golden(t, name, out.Bytes())
		})
	}
}

// TestChangesOfNothing: a record that says the same tells nothing.
func TestChangesOfNothing(t *testing.T) {
	run := upgrade()
	together(phase(v1.RunPre), set("back_up", v1.ActionRunning, 1, 0, ""))(&run)
	if events := progress.Changes(&run, run.DeepCopy()); len(events) > 0 {
		t.Errorf("found %v", events)
	}
}
