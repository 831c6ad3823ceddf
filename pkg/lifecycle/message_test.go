package lifecycle_test

import (
	"testing"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

const governed = "held by styrmin: this release is governed by StyrminDeployment demo/app; "

func TestMessage(t *testing.T) {
	for name, tt := range map[string]struct {
		verdict lifecycle.Verdict
		want    string
	}{
		"missing": {
			lifecycle.Verdict{Reason: lifecycle.ReasonMissing, Run: "r1", Hook: v1.RunHookUpgrade, Version: "2.0", Missing: []lifecycle.MissingAction{
				{Name: "stop", State: v1.ActionRunning}, {Name: "backup", State: v1.ActionFailed},
			}},
			"run r1 (upgrade to 2.0) has pre actions that have not succeeded: stop (Running), backup (Failed). Next: kubectl styrmin upgrade app -n demo --version 2.0",
		},
		"missing, after waiting": {
			lifecycle.Verdict{Reason: lifecycle.ReasonMissing, Run: "r1", Hook: v1.RunHookUpgrade, Version: "2.0", Waited: 10 * time.Second, Missing: []lifecycle.MissingAction{{Name: "stop", State: v1.ActionRunning}}},
			"run r1 (upgrade to 2.0) has pre actions that have not succeeded, after 10s of waiting: stop (Running). Next: kubectl styrmin upgrade app -n demo --version 2.0",
		},
		"missing, never started": {
			lifecycle.Verdict{Reason: lifecycle.ReasonMissing, Hook: v1.RunHookSetup, Version: "1.0", Missing: []lifecycle.MissingAction{{Name: "create", State: v1.ActionPending}}},
			"its setup to 1.0 (no run under way) has pre actions that have not succeeded: create (Pending). Next: kubectl styrmin setup app -n demo --version 1.0",
		},
		"spent": {
			lifecycle.Verdict{Reason: lifecycle.ReasonSpent, Run: "r1", Hook: v1.RunHookUpgrade, Version: "2.0"},
			"the evidence of run r1 has served a revision already and is not good for another change. Next: kubectl styrmin upgrade app -n demo --version 2.0",
		},
		"aborted": {
			lifecycle.Verdict{Reason: lifecycle.ReasonAborted, Run: "r1", Hook: v1.RunHookUpgrade, Version: "2.0"},
			"run r1 was aborted, so what its pre actions did is no evidence for this change. Next: kubectl styrmin upgrade app -n demo --version 2.0",
		},
		"no run": {
			lifecycle.Verdict{Reason: lifecycle.ReasonNoRun, Hook: v1.RunHookNone, Version: "2.0"},
			"no run of this change is under way. Next: kubectl styrmin upgrade app -n demo --version 2.0",
		},
		"not declared": {
			lifecycle.Verdict{Reason: lifecycle.ReasonNotDeclared},
			"no run of this change (its chart, version and values) has been started. Next: kubectl styrmin upgrade app -n demo",
		},
	} {
		t.Run(name, func(t *testing.T) {
			tt.verdict.Outcome, tt.verdict.Deployment = lifecycle.Held, "app"
			if got := tt.verdict.Message("demo"); got != governed+tt.want {
				t.Errorf("found\n%s\nexpected\n%s", got, governed+tt.want)
			}
		})
	}
}

func TestOrphanedMessage(t *testing.T) {
	got := lifecycle.Verdict{Outcome: lifecycle.Held, Reason: lifecycle.ReasonOrphaned, Run: "r1"}.Message("demo")
	want := "held by styrmin: run r1 deployed this release, and the StyrminDeployment that governed it is gone. " +
		"Next: kubectl styrmin upgrade NAME -n demo --driver DRIVER, which adopts the release. " +
		"To leave it to Helm alone from now on, an admin removes the label styrmin.io/run from its newest record: kubectl -n demo get secrets,configmaps -l owner=helm,styrmin.io/run"
	if got != want {
		t.Errorf("found\n%s\nexpected\n%s", got, want)
	}
}
