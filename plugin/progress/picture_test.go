package progress

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

var began = time.Unix(1700000000, 0)

func after(seconds int) *metav1.Time {
	t := metav1.NewTime(began.Add(time.Duration(seconds) * time.Second))
	return &t
}

// many is a run with so many actions in pre, one of them due, one failed, and the
// rest in a state.
func many(n int, state v1.ActionState) v1.Run {
	run := v1.Run{ID: "x7k2m9qd", Hook: v1.RunHookUpgrade, FromVersion: "1.0.0", Version: "2.0.0", Phase: v1.RunPre, StartedAt: *after(0)}
	for i := range n {
		run.Actions = append(run.Actions, v1.ActionStatus{Name: fmt.Sprintf("shard_%03d", i), Mode: v1.ModePre, State: state, Attempt: 1, StartedAt: after(1)})
	}
	run.Actions[7] = v1.ActionStatus{Name: "shard_007", Mode: v1.ModePre, State: v1.ActionFailed, Attempt: 2, StartedAt: after(1), EndedAt: after(9), Message: "disk full\nsecond line"}
	run.Actions[8] = v1.ActionStatus{Name: "shard_008", Mode: v1.ModePre, State: v1.ActionPending}
	run.Actions = append(run.Actions, v1.ActionStatus{Name: "verify", Mode: v1.ModePost, State: v1.ActionPending})
	return run
}

// whole is a run with something of everything.
func whole() v1.Run {
	return v1.Run{ID: "x7k2m9qd", Hook: v1.RunHookUpgrade, FromVersion: "1.0.0", Version: "2.0.0", Phase: v1.RunCore, StartedAt: *after(0), Actions: []v1.ActionStatus{
		{Name: "stop_worker", Mode: v1.ModePre, State: v1.ActionSucceeded, Attempt: 1, StartedAt: after(1), EndedAt: after(5)},
		{Name: "back_up", Mode: v1.ModePre, State: v1.ActionSucceeded, Attempt: 3, StartedAt: after(1), EndedAt: after(66)},
		{Name: "migrate_the_articles_of_the_shop", Mode: v1.ModeCore, State: v1.ActionRunning, Attempt: 1, StartedAt: after(80)},
		{Name: "index", Mode: v1.ModeCore, State: v1.ActionRunning, Attempt: 2, StartedAt: after(81)},
		{Name: "verify_upgrade", Mode: v1.ModePost, State: v1.ActionPending},
	}}
}

func events(run v1.Run) []engine.Event {
	events := []engine.Event{
		{Kind: engine.HelmStarted, Mode: v1.ModeCore, Message: "notes, chart notes 2.0.0", Time: began},
		{Kind: engine.HelmSucceeded, Mode: v1.ModeCore, Message: "revision 2", Elapsed: 12 * time.Second},
		{Kind: engine.ActionLog, Mode: v1.ModeCore, Action: "migrate_the_articles_of_the_shop", Attempt: 1, Message: "\x1b[2J 10%\r 50%\r記事を移行しています：四千件のうち千二百件、残りは二千八百件\x1b[0m\ttab"},
		{Kind: engine.ActionWaiting, Mode: v1.ModeCore, Action: "index", Attempt: 2, Message: "pod index-2-abcde is not scheduled: 0/1 nodes are available:\ninsufficient memory"},
	}
	for i := range events {
		events[i].Run = run
	}
	return events
}

func TestPicture(t *testing.T) {
	for name, tt := range map[string]struct {
		run           v1.Run
		width, height int
		events        []engine.Event
	}{
		"picture":        {run: whole(), width: 100, height: 24, events: events(whole())},
		"picture_narrow": {run: whole(), width: 40, height: 24, events: events(whole())},
		"picture_low":    {run: whole(), width: 80, height: 7, events: events(whole())},
		"picture_many":   {run: many(256, v1.ActionRunning), width: 80, height: 12},
		"picture_folded": {run: many(256, v1.ActionSucceeded), width: 80, height: 12},
	} {
		t.Run(name, func(t *testing.T) {
			var m model
			m.show(tt.run)
			for _, event := range tt.events {
				m.take(event)
			}
			rows := m.picture(began.Add(90*time.Second), tt.width, tt.height)
			if len(rows) > tt.height {
				t.Errorf("%d rows in a height of %d", len(rows), tt.height)
			}
			var out bytes.Buffer
			for _, r := range rows {
				if r = r.cut(tt.width); r.width() > tt.width {
					t.Errorf("%d columns in a width of %d: %q", r.width(), tt.width, r.write(false))
				}
				out.WriteString(r.write(false) + "\n")
			}
			same(t, name, out.Bytes())
		})
	}
}

func same(t *testing.T, name string, found []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if flag.Lookup("update").Value.String() == "true" {
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
