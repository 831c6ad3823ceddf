package lifecycle_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// TestAgain: what is asked for is due as a new attempt; all else stays.
func TestAgain(t *testing.T) {
	record := func() *v1.Run {
		return &v1.Run{Actions: []v1.ActionStatus{
			{Name: "stop", Mode: v1.ModePre, State: v1.ActionSucceeded, Attempt: 1, Job: "stop-1", Message: "m"},
			{Name: "migrate", Mode: v1.ModeCore, State: v1.ActionSucceeded, Attempt: 3, Job: "migrate-3"},
			{Name: "start", Mode: v1.ModePost, State: v1.ActionSucceeded, Attempt: 1, Job: "start-1"},
			{Name: "verify", Mode: v1.ModePost, State: v1.ActionFailed, Attempt: 2, Job: "verify-2", Message: "boom"},
		}}
	}
	for name, tt := range map[string]struct {
		again lifecycle.Again
		reset []int
	}{
		"nothing":               {lifecycle.Again{}, nil},
		"one":                   {lifecycle.Again{Actions: []string{"migrate"}}, []int{1}},
		"two":                   {lifecycle.Again{Actions: []string{"start", "stop"}}, []int{0, 2}},
		"a failed one is due":   {lifecycle.Again{Actions: []string{"verify"}}, nil},
		"from pre":              {lifecycle.Again{From: v1.ModePre}, []int{0, 1, 2}},
		"from core":             {lifecycle.Again{From: v1.ModeCore}, []int{1, 2}},
		"from post and another": {lifecycle.Again{From: v1.ModePost, Actions: []string{"stop"}}, []int{0, 2}},
		"unknown":               {lifecycle.Again{Actions: []string{"nosuch"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			want, run := record(), record()
			for _, i := range tt.reset {
				known := want.Actions[i]
				want.Actions[i] = v1.ActionStatus{Name: known.Name, Mode: known.Mode, State: v1.ActionPending, Attempt: known.Attempt}
			}
			tt.again.Reset(run)
			if diff := cmp.Diff(want, run); diff != "" {
				t.Errorf("(-want +found)\n%s", diff)
			}
			if asked := len(tt.again.Actions) > 0 || tt.again.From != ""; tt.again.Asked() != asked {
				t.Errorf("Asked is %t", !asked)
			}
		})
	}
}
