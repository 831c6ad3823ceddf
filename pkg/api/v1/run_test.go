package v1_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

func TestSummary(t *testing.T) {
	began, ended := metav1.NewTime(time.Unix(100, 0)), metav1.NewTime(time.Unix(160, 0))
	abort := &v1.Abort{By: "bob", At: ended, Reason: "wrong window"}
	run := v1.Run{
		ID: "r", Hook: v1.RunHookUpgrade, Phase: v1.RunAborted, Instance: "i", Version: "2", FromVersion: "1", DriverVersion: "d",
		BaseRevision: 4, Revision: 5, RequestedBy: "alice", StartedAt: began, EndedAt: &ended, Message: "m", Abort: abort,
		Actions: []v1.ActionStatus{
			{Name: "good", State: v1.ActionSucceeded}, {Name: "bad", State: v1.ActionFailed},
			{Name: "gone", State: v1.ActionLost}, {Name: "waits", State: v1.ActionPending}, {Name: "works", State: v1.ActionRunning},
		},
	}
	want := v1.RunSummary{
		ID: "r", Hook: v1.RunHookUpgrade, Phase: v1.RunAborted, Instance: "i", Version: "2", FromVersion: "1", DriverVersion: "d",
		Revision: 5, RequestedBy: "alice", StartedAt: began, EndedAt: &ended, Message: "m", Abort: abort, FailedActions: []string{"bad", "gone"},
	}
	if diff := cmp.Diff(want, run.Summary()); diff != "" {
		t.Errorf("(-expected +found):\n%s", diff)
	}
}

func TestOver(t *testing.T) {
	for phase, want := range map[v1.RunPhase]bool{
		v1.RunPre: false, v1.RunCore: false, v1.RunPost: false, v1.RunFailed: false, v1.RunSucceeded: true, v1.RunAborted: true,
	} {
		if phase.Over() != want {
			t.Errorf("%s: found %t, expected %t", phase, phase.Over(), want)
		}
	}
}
