package engine

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

func TestEventMessage(t *testing.T) {
	run := v1.Run{ID: "x7k2m9qd", Hook: v1.RunHookUpgrade, Version: "2.0", RequestedBy: "alice"}
	nobody := run
	nobody.RequestedBy = ""
	for want, event := range map[string]Event{
		"":                                                      {Kind: RunResumed},
		": asked for by alice":                                  {Kind: RunStarted},
		": paused after pre, as asked":                          {Kind: RunPaused, Mode: v1.ModePre},
		": succeeded after 1m5.2s":                              {Kind: RunSucceeded, Elapsed: 65*time.Second + 213*time.Millisecond},
		": the run failed in pre: action a: no":                 {Kind: RunFailed, Message: "the run failed in pre: action a: no"},
		": action a started, attempt 2":                         {Kind: ActionStarted, Action: "a", Attempt: 2},
		": action a succeeded after 3s":                         {Kind: ActionSucceeded, Action: "a", Elapsed: 3 * time.Second},
		": action a failed after 3s: disk full":                 {Kind: ActionFailed, Action: "a", Elapsed: 3 * time.Second, Message: "disk full"},
		": action a was lost: its Job a-1 was deleted":          {Kind: ActionLost, Action: "a", Message: "its Job a-1 was deleted"},
		": the Helm release was changed: revision 2 after 10s":  {Kind: HelmSucceeded, Message: "revision 2", Elapsed: 10 * time.Second},
		": the Helm release could not be changed: not ready":    {Kind: HelmFailed, Message: "not ready"},
		": the change of the Helm release was held: by styrmin": {Kind: HelmHeld, Message: "by styrmin"},
	} {
		event.Run = run
		if found := eventMessage(event); found != "run x7k2m9qd (upgrade to 2.0)"+want {
			t.Errorf("%s: found %q, expected …%q", event.Kind, found, want)
		}
	}
	if found := eventMessage(Event{Kind: RunStarted, Run: nobody}); strings.Contains(found, "asked") {
		t.Errorf("nobody asked: %q", found)
	}
}

func TestCut(t *testing.T) {
	if found := cut("short", 5); found != "short" {
		t.Errorf("found %q", found)
	}
	for limit := 4; limit < 20; limit++ {
		found := cut(strings.Repeat("é", 20), limit)
		if len(found) > limit || !utf8.ValidString(found) || !strings.HasSuffix(found, "…") {
			t.Errorf("in %d bytes: found %q", limit, found)
		}
	}
}
