package plugin

import (
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

func TestAbortReason(t *testing.T) {
	for reason, good := range map[string]bool{
		"": true, "outside of the maintenance window": true, strings.Repeat("x", v1.LongestReason): true,
		strings.Repeat("x", v1.LongestReason+1): false, "two\nlines": false, "\x1b[2J": false,
	} {
		a := &abortOptions{name: "notes", reason: reason, timeout: defaultAbortTimeout}
		if err := a.validate(); (err == nil) != good {
			t.Errorf("%.20q: %v", reason, err)
		}
	}
}

func TestAbortSummary(t *testing.T) {
	upgrade := v1.Run{ID: "x", Hook: v1.RunHookUpgrade, Version: "2.0", Revision: 3}
	for name, tt := range map[string]struct {
		outcome engine.AbortOutcome
		want    string
	}{
		"in pre": {
			engine.AbortOutcome{Run: upgrade, Release: engine.ReleaseUntouched},
			"nothing of it is at work any more\nThe Helm release was not touched. What the actions did is not undone.\nThe next run starts from the beginning: kubectl styrmin upgrade app -n demo --version 2.0\n",
		},
		"in core": {
			engine.AbortOutcome{Run: v1.Run{Hook: v1.RunHookSetup, Version: "2.0"}, Release: engine.ReleaseHalfWay},
			"nothing of it is at work any more\nThe change of the Helm release was begun and did not end well; what was applied of it stays. What the actions did is not undone.\nThe next run starts from the beginning: kubectl styrmin setup app -n demo --driver … --version 2.0\n",
		},
		"in post, joined": {
			engine.AbortOutcome{Run: upgrade, Release: engine.ReleaseChanged, Joined: true},
			"it had been aborted before, and nothing of it is at work any more\nThe Helm release has been changed, as revision 3, and stays as it is. What the actions did is not undone.\nThe next run starts from the beginning: kubectl styrmin upgrade app -n demo --version 2.0\n",
		},
	} {
		if found := abortSummary(tt.outcome, "demo", "app"); found != tt.want {
			t.Errorf("%s: found\n%s\nexpected\n%s", name, found, tt.want)
		}
	}
}
