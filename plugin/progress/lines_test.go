package progress_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const resume = "kubectl styrmin upgrade notes -n notes --version 2.0.0"

// upgrade is a run with an action in each mode.
func upgrade() v1.Run {
	return v1.Run{ID: "x7k2m9qd", Hook: "upgrade", FromVersion: "1.0.0", Version: "2.0.0", Actions: []v1.ActionStatus{
		{Name: "stop_worker", Mode: v1.ModePre}, {Name: "back_up", Mode: v1.ModePre},
		{Name: "migrate", Mode: v1.ModeCore}, {Name: "verify_upgrade", Mode: v1.ModePost},
	}}
}

func TestLines(t *testing.T) {
	for name, test := range map[string]struct {
		color  bool
		events []engine.Event
	}{
		"success":       {events: success()},
		"success_color": {color: true, events: success()},
		"failure":       {events: failure()},
		"failure_color": {color: true, events: failure()},
		"resume":        {events: resumed()},
		"helm_failure":  {events: helmFailure()},
		"paused":        {events: paused()},
		"parameters":    {events: parameters()},
		"held":          {events: held()},
		"aborted":       {events: aborted()},
		"aborting":      {events: aborting()},
		"hostile":       {color: true, events: hostile()},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			lines := progress.New(&out, progress.Options{Color: test.color, Command: resume})
			for i, event := range test.events {
				event.Run, event.Time = upgrade(), at(i).Time
				if name == "parameters" {
					event.Run.Hook, event.Run.Actions, event.Run.FromVersion = v1.RunHookNone, nil, "2.0.0"
				}
				lines.Report(event)
			}
			golden(t, name, out.Bytes())
		})
	}
}

func golden(t *testing.T, name string, found []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, found, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expected, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(expected), string(found)); diff != "" {
		t.Errorf("(-golden +found), -update rewrites it:\n%s", diff)
	}
}

func success() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunStarted},
		{Kind: engine.ModeStarted, Mode: v1.ModePre},
		{Kind: engine.ActionStarted, Mode: v1.ModePre, Action: "stop_worker", Attempt: 1},
		{Kind: engine.ActionStarted, Mode: v1.ModePre, Action: "back_up", Attempt: 1},
		{Kind: engine.ActionWaiting, Mode: v1.ModePre, Action: "back_up", Message: "pod notes-back-up-1-abcde is not scheduled: 0/1 nodes are available"},
		{Kind: engine.ActionLog, Mode: v1.ModePre, Action: "stop_worker", Message: "stopping worker: 1 pod"},
		{Kind: engine.ActionSucceeded, Mode: v1.ModePre, Action: "stop_worker", Elapsed: 4321 * time.Millisecond},
		{Kind: engine.ActionLog, Mode: v1.ModePre, Action: "back_up", Message: "12 notes"},
		{Kind: engine.ActionSucceeded, Mode: v1.ModePre, Action: "back_up", Elapsed: 65 * time.Second},
		{Kind: engine.ModeStarted, Mode: v1.ModeCore},
		{Kind: engine.HelmStarted, Mode: v1.ModeCore, Message: "notes, chart notes 2.0.0"},
		{Kind: engine.HelmSucceeded, Mode: v1.ModeCore, Message: "revision 2", Elapsed: 12 * time.Second},
		{Kind: engine.ActionStarted, Mode: v1.ModeCore, Action: "migrate", Attempt: 1},
		{Kind: engine.ActionSucceeded, Mode: v1.ModeCore, Action: "migrate", Elapsed: 3 * time.Second},
		{Kind: engine.ModeStarted, Mode: v1.ModePost},
		{Kind: engine.ActionStarted, Mode: v1.ModePost, Action: "verify_upgrade", Attempt: 1},
		{Kind: engine.ActionSucceeded, Mode: v1.ModePost, Action: "verify_upgrade", Elapsed: 812 * time.Millisecond},
		{Kind: engine.RunSucceeded, Elapsed: 85 * time.Second},
	}
}

func failure() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunStarted},
		{Kind: engine.ModeStarted, Mode: v1.ModePre},
		{Kind: engine.ActionStarted, Mode: v1.ModePre, Action: "stop_worker", Attempt: 1},
		{Kind: engine.ActionStarted, Mode: v1.ModePre, Action: "back_up", Attempt: 1},
		{Kind: engine.ActionSucceeded, Mode: v1.ModePre, Action: "stop_worker", Elapsed: 4 * time.Second},
		{Kind: engine.ActionFailed, Mode: v1.ModePre, Action: "back_up", Elapsed: 2 * time.Second, Message: "pg_dump: error: connection to server failed\nis the server running?\n"},
		{Kind: engine.RunFailed, Mode: v1.ModePre, Elapsed: 6 * time.Second},
	}
}

func resumed() []engine.Event {
	return []engine.Event{
		{Kind: engine.ClusterFailing, Message: "record the run: connection refused"},
		{Kind: engine.HelmForgotten, Message: "revision 2 (pending-upgrade)"},
		{Kind: engine.RunResumed},
		{Kind: engine.ActionSkipped, Action: "stop_worker", Mode: v1.ModePre},
		{Kind: engine.ModeStarted, Mode: v1.ModePre},
		{Kind: engine.ActionAdopted, Mode: v1.ModePre, Action: "back_up", Attempt: 2},
		{Kind: engine.ActionLost, Mode: v1.ModePre, Action: "back_up", Message: "its Job notes-back-up-2 was deleted before it ended"},
		{Kind: engine.ActionStarted, Mode: v1.ModePre, Action: "back_up", Attempt: 3},
		{Kind: engine.ActionSucceeded, Mode: v1.ModePre, Action: "back_up", Elapsed: 2 * time.Second},
		{Kind: engine.ModeStarted, Mode: v1.ModeCore},
		{Kind: engine.HelmSkipped, Mode: v1.ModeCore, Message: "revision 2"},
		{Kind: engine.RunSucceeded, Elapsed: time.Hour + 2*time.Minute},
	}
}

func helmFailure() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunStarted},
		{Kind: engine.ModeStarted, Mode: v1.ModeCore},
		{Kind: engine.HelmStarted, Mode: v1.ModeCore, Message: "notes, chart notes 2.0.0"},
		{Kind: engine.HelmFailed, Mode: v1.ModeCore, Elapsed: time.Minute, Message: "release \"notes\" revision 2 failed: not ready in time:\nDeployment notes-server: 0 of 1 ready"},
		{Kind: engine.RunFailed, Mode: v1.ModeCore, Elapsed: 2 * time.Minute},
	}
}

func paused() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunStarted},
		{Kind: engine.ModeStarted, Mode: v1.ModePre},
		{Kind: engine.RunPaused, Mode: v1.ModePre},
	}
}

func parameters() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunStarted},
		{Kind: engine.ModeStarted, Mode: v1.ModeCore},
		{Kind: engine.HelmStarted, Mode: v1.ModeCore, Message: "notes, chart notes 2.0.0"},
		{Kind: engine.HelmSucceeded, Mode: v1.ModeCore, Message: "revision 3", Elapsed: 1200 * time.Millisecond},
		{Kind: engine.RunSucceeded, Elapsed: 2 * time.Second},
	}
}

func held() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunStarted},
		{Kind: engine.ModeStarted, Mode: v1.ModeCore},
		{Kind: engine.HelmStarted, Mode: v1.ModeCore, Message: "notes, chart notes 2.0.0"},
		{Kind: engine.HelmHeld, Mode: v1.ModeCore, Message: "held by styrmin: …"},
	}
}

// aborted is what the engine shows whose run somebody aborts.
func aborted() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunStarted},
		{Kind: engine.ModeStarted, Mode: v1.ModePre},
		{Kind: engine.ActionStarted, Mode: v1.ModePre, Action: "back_up", Attempt: 1},
		{Kind: engine.RunAborted, Message: "aborted by bob at 2026-01-02T03:04:05Z: wrong window"},
	}
}

// aborting is what whoever aborts is shown.
func aborting() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunAborted, Message: "aborted by bob at 2026-01-02T03:04:05Z: wrong window"},
		{Kind: engine.EngineStopping, Message: "alices-laptop/4711-x2x4x"},
		{Kind: engine.ActionStopping, Mode: v1.ModePre, Action: "back_up", Message: "pod back-up-x7k2m9qd-1-abcde on node n1"},
		{Kind: engine.ActionLost, Mode: v1.ModePre, Action: "back_up", Message: "it was stopped, because the run was aborted"},
	}
}

// hostile output must not be able to rewrite what the terminal shows.
func hostile() []engine.Event {
	return []engine.Event{
		{Kind: engine.RunStarted},
		{Kind: engine.ActionLog, Mode: v1.ModePre, Action: "back_up", Message: "\x1b[2J\x1b[Hcleared \x1b]0;title\x07 50%\r100%\ttab"},
		{Kind: engine.ActionLog, Mode: v1.ModePre, Action: "back_up", Message: "\x1b[31mred\x1b[0m"},
		{Kind: engine.ActionFailed, Mode: v1.ModePre, Action: "back_up", Message: "first\r\n\x1b[1Asecond"},
	}
}
