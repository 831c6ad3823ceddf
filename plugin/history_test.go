package plugin

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

func moment(seconds int64) metav1.Time { return metav1.NewTime(time.Unix(1700000000+seconds, 0).UTC()) }

func later(seconds int64) *metav1.Time { m := moment(seconds); return &m }

// pastRuns has a run of every ending.
func pastRuns() []v1.RunSummary {
	return []v1.RunSummary{
		{ID: "k7", Hook: "upgrade", Phase: v1.RunSucceeded, FromVersion: "1.0", Version: "2.0", DriverVersion: "3", Instance: "0123456789abcdef", RequestedBy: "alice@example.org", StartedAt: moment(0), EndedAt: later(85)},
		{ID: "k6", Hook: "upgrade", Phase: v1.RunAborted, FromVersion: "1.0", Version: "2.0", DriverVersion: "3", Instance: "0123456789abcdef", RequestedBy: "alice@example.org", StartedAt: moment(0), EndedAt: later(7), Abort: &v1.Abort{By: "bob", At: moment(7), Reason: "wrong window"}},
		{ID: "k5", Hook: "upgrade", Phase: v1.RunFailed, FromVersion: "1.0", Version: "2.0", Instance: "0123456789abcdef", StartedAt: moment(0), EndedAt: later(3600), FailedActions: []string{"back_up", "stop_worker"}},
		{ID: "k4", Hook: "upgrade", Phase: v1.RunFailed, FromVersion: "1.0", Version: "2.0", Instance: "0123456789abcdef", StartedAt: moment(0), EndedAt: later(10), Message: "the run failed in core: the Helm release could not be changed: release \"notes\" revision 2 failed: not ready\nDeployment x"},
		{ID: "k3", Hook: "none", Phase: v1.RunCore, FromVersion: "1.0", Version: "1.0", Instance: "0123456789abcdef", StartedAt: moment(0)},
		{ID: "k2", Hook: "upgrade", Phase: v1.RunCore, Version: "1.0", Instance: "0123456789abcdef", StartedAt: moment(0), PausedAfter: v1.ModePre},
		{ID: "k1", Hook: "setup", Phase: v1.RunAborted, Version: "1.0", Instance: "0123456789abcdef", RequestedBy: "a\x1b[2Jb", StartedAt: moment(0), EndedAt: later(1), Abort: &v1.Abort{At: moment(1)}},
	}
}

const pastTable = `
RUN   HOOK             VERSION     DRIVER   INSTANCE       BY                  STARTED                TOOK   RESULT
k7    upgrade          1.0 → 2.0   3        0123456789ab   alice@example.org   2023-11-14T22:13:20Z   85s    succeeded
k6    upgrade          1.0 → 2.0   3        0123456789ab   alice@example.org   2023-11-14T22:13:20Z   7s     aborted by bob: wrong window
k5    upgrade          1.0 → 2.0   -        0123456789ab   -                   2023-11-14T22:13:20Z   60m    failed: back_up, stop_worker
k4    upgrade          1.0 → 2.0   -        0123456789ab   -                   2023-11-14T22:13:20Z   10s    failed: core: the Helm release could not be changed: release "notes"…
k3    new parameters   1.0         -        0123456789ab   -                   2023-11-14T22:13:20Z   -      left in core
k2    upgrade          1.0         -        0123456789ab   -                   2023-11-14T22:13:20Z   -      left in core
k1    setup            1.0         -        0123456789ab   ab                  2023-11-14T22:13:20Z   1s     aborted
`

func TestHistory(t *testing.T) {
	var out bytes.Buffer
	if err := writeHistory(&out, pastRuns()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimPrefix(pastTable, "\n"), out.String()); diff != "" {
		t.Errorf("(-expected +found):\n%s", diff)
	}
}

// TestHistoryOfTheCurrentRun: the newest one may not be over.
func TestHistoryOfTheCurrentRun(t *testing.T) {
	for want, run := range map[string]v1.RunSummary{
		"not over, in pre": {Phase: v1.RunPre},
		"paused after pre": {Phase: v1.RunCore, PausedAfter: v1.ModePre},
		"succeeded":        {Phase: v1.RunSucceeded},
	} {
		if found := outcome(run, true); found != want {
			t.Errorf("found %q, expected %q", found, want)
		}
	}
}

// TestHistoryForPrograms: the fields are documented, and stay.
func TestHistoryForPrograms(t *testing.T) {
	runs := history{Namespace: "demo", Deployment: "notes", Runs: pastRuns()[1:2]}
	for format, want := range map[string]string{
		"json": `{
  "namespace": "demo",
  "deployment": "notes",
  "runs": [
    {
      "id": "k6",
      "hook": "upgrade",
      "phase": "Aborted",
      "instance": "0123456789abcdef",
      "version": "2.0",
      "fromVersion": "1.0",
      "driverVersion": "3",
      "requestedBy": "alice@example.org",
      "startedAt": "2023-11-14T22:13:20Z",
      "endedAt": "2023-11-14T22:13:27Z",
      "abort": {
        "by": "bob",
        "at": "2023-11-14T22:13:27Z",
        "reason": "wrong window"
      }
    }
  ]
}
`,
		"yaml": `deployment: notes
namespace: demo
runs:
- abort:
    at: "2023-11-14T22:13:27Z"
    by: bob
    reason: wrong window
  driverVersion: "3"
  endedAt: "2023-11-14T22:13:27Z"
  fromVersion: "1.0"
  hook: upgrade
  id: k6
  instance: 0123456789abcdef
  phase: Aborted
  requestedBy: alice@example.org
  startedAt: "2023-11-14T22:13:20Z"
  version: "2.0"
`,
	} {
		streams, _, out, _ := genericiooptions.NewTestIOStreams()
		h := &historyOptions{options: &options{IOStreams: streams}, output: format}
		if err := h.show(runs); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%s (-expected +found):\n%s", format, diff)
		}
	}
}
