package lifecycle_test

import (
	"slices"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

func TestNext(t *testing.T) {
	stages := lifecycle.Stages(declared, v1.RunHookUpgrade, false)
	attempts := func(pairs ...any) map[string]lifecycle.Attempt {
		out := map[string]lifecycle.Attempt{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = lifecycle.Attempt{Number: 1, State: pairs[i+1].(v1.ActionState)}
		}
		return out
	}
	const ok, bad, lost, running = v1.ActionSucceeded, v1.ActionFailed, v1.ActionLost, v1.ActionRunning
	preDone := []any{"stop", ok, "backup", ok}
	for name, tt := range map[string]struct {
		state   lifecycle.State
		mode    v1.Mode
		start   []string
		running []string
		failed  []string
		what    string
	}{
		"beginning":                   {lifecycle.State{}, v1.ModePre, []string{"stop#1", "backup#1"}, nil, nil, ""},
		"one runs":                    {lifecycle.State{Attempts: attempts("stop", running)}, v1.ModePre, []string{"backup#1"}, []string{"stop"}, nil, ""},
		"one failed, one runs":        {lifecycle.State{Attempts: attempts("stop", bad, "backup", running)}, v1.ModePre, nil, []string{"backup"}, []string{"stop"}, ""},
		"one failed, one not started": {lifecycle.State{Attempts: attempts("stop", bad)}, v1.ModePre, nil, nil, []string{"stop"}, "failed"},
		"one lost":                    {lifecycle.State{Attempts: attempts("stop", lost, "backup", ok)}, v1.ModePre, nil, nil, []string{"stop"}, "failed"},
		"failed before":               {lifecycle.State{Attempts: attempts("stop", bad, "backup", ok), Before: map[string]int32{"stop": 1}}, v1.ModePre, []string{"stop#2"}, nil, nil, ""},
		"lost before":                 {lifecycle.State{Attempts: attempts("stop", lost, "backup", ok), Before: map[string]int32{"stop": 1}}, v1.ModePre, []string{"stop#2"}, nil, nil, ""},
		"Helm's turn":                 {lifecycle.State{Attempts: attempts(preDone...)}, v1.ModeCore, nil, nil, nil, "helm"},
		"Helm failed":                 {lifecycle.State{Attempts: attempts(preDone...), HelmFailed: true}, v1.ModeCore, nil, nil, nil, "failed"},
		"core":                        {lifecycle.State{Attempts: attempts(preDone...), HelmDone: true}, v1.ModeCore, []string{"migrate#1"}, nil, nil, ""},
		"core runs":                   {lifecycle.State{Attempts: attempts(append(preDone, "migrate", running)...), HelmDone: true}, v1.ModeCore, nil, []string{"migrate"}, nil, ""},
		"post":                        {lifecycle.State{Attempts: attempts(append(preDone, "migrate", ok)...), HelmDone: true}, v1.ModePost, []string{"start#1"}, nil, nil, ""},
		"aborted, one runs":           {lifecycle.State{Attempts: attempts("stop", running), Aborted: true}, "", nil, nil, nil, "aborted"},
		"aborted, one failed":         {lifecycle.State{Attempts: attempts("stop", bad), Aborted: true}, "", nil, nil, nil, "aborted"},
		"aborted on Helm's turn":      {lifecycle.State{Attempts: attempts(preDone...), Aborted: true}, "", nil, nil, nil, "aborted"},
		"done":                        {lifecycle.State{Attempts: attempts(append(preDone, "migrate", ok, "start", ok)...), HelmDone: true}, "", nil, nil, nil, "done"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.state.Stages = stages
			d := lifecycle.Next(tt.state)
			if d.Mode != tt.mode || !slices.Equal(names(d.Start), tt.start) || !slices.Equal(d.Running, tt.running) || !slices.Equal(d.FailedActions, tt.failed) {
				t.Errorf("unexpected decision %+v", d)
			}
			if d.Done != (tt.what == "done") || d.Failed != (tt.what == "failed") || d.Helm != (tt.what == "helm") || d.Aborted != (tt.what == "aborted") {
				t.Errorf("expected %q: %+v", tt.what, d)
			}
		})
	}
}

func names(starts []lifecycle.Start) (out []string) {
	for _, s := range starts {
		out = append(out, s.Action.Name+"#"+string(rune('0'+s.Attempt)))
	}
	return out
}
