package lifecycle_test

import (
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

func TestDecideHook(t *testing.T) {
	target := lifecycle.Target{Instance: "i", DriverDigest: "d", Version: "1"}
	tests := map[string]struct {
		deployed *lifecycle.Target
		hook     v1.RunHook
		changed  bool
	}{
		"nothing deployed":        {nil, v1.RunHookSetup, true},
		"deployed by others":      {&lifecycle.Target{}, v1.RunHookUpgrade, true},
		"another version":         {&lifecycle.Target{Instance: "h", DriverDigest: "d", Version: "0"}, v1.RunHookUpgrade, true},
		"another driver":          {&lifecycle.Target{Instance: "h", DriverDigest: "c", Version: "1"}, v1.RunHookUpgrade, true},
		"an older version":        {&lifecycle.Target{Instance: "h", DriverDigest: "d", Version: "2"}, v1.RunHookUpgrade, true},
		"other parameters":        {&lifecycle.Target{Instance: "h", DriverDigest: "d", Version: "1"}, v1.RunHookNone, true},
		"the same":                {&target, v1.RunHookNone, false},
		"both changed":            {&lifecycle.Target{Instance: "h", DriverDigest: "c", Version: "0"}, v1.RunHookUpgrade, true},
		"version, same instance?": {&lifecycle.Target{Instance: "i", DriverDigest: "d", Version: "0"}, v1.RunHookUpgrade, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			hook, changed := lifecycle.DecideHook(tt.deployed, target)
			if hook != tt.hook || changed != tt.changed {
				t.Errorf("decided %s, %t, expected %s, %t", hook, changed, tt.hook, tt.changed)
			}
		})
	}
}

func TestStages(t *testing.T) {
	for name, tt := range map[string]struct {
		hook     v1.RunHook
		inAction bool
		waits    bool // Helm, for an action
		actions  [3]int
	}{
		"setup":                   {v1.RunHookSetup, false, false, [3]int{1, 0, 0}},
		"setup, Helm in action":   {v1.RunHookSetup, true, false, [3]int{1, 0, 0}},
		"upgrade":                 {v1.RunHookUpgrade, false, false, [3]int{2, 1, 1}},
		"upgrade, Helm in action": {v1.RunHookUpgrade, true, true, [3]int{2, 1, 1}},
		"none":                    {v1.RunHookNone, false, false, [3]int{}},
		"none, Helm in action":    {v1.RunHookNone, true, false, [3]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			stages := lifecycle.Stages(declared, tt.hook, tt.inAction)
			if len(stages) != 3 {
				t.Fatalf("%d stages", len(stages))
			}
			for i, mode := range v1.Modes() {
				if stages[i].Mode != mode || len(stages[i].Actions) != tt.actions[i] {
					t.Errorf("stage %d is %s with %d actions, expected %s with %d", i, stages[i].Mode, len(stages[i].Actions), mode, tt.actions[i])
				}
				core := mode == v1.ModeCore
				if stages[i].Helm != core || stages[i].InAction != (core && tt.waits) {
					t.Errorf("Helm in %s is %t, in an action %t; expected it in core, and in an action %t", mode, stages[i].Helm, stages[i].InAction, tt.waits)
				}
			}
		})
	}
}

func TestResumableAndReleaseAt(t *testing.T) {
	target := at("2")
	run := func(phase v1.RunPhase) *v1.Run {
		return &v1.Run{ID: "r", Instance: "i-2", Phase: phase, BaseRevision: 1}
	}
	deployed1 := []release.Record{revision(1, release.StatusDeployed, at("1"))}
	deployed2 := []release.Record{revision(2, release.StatusDeployed, target), revision(1, release.StatusSuperseded, at("1"))}
	back := []release.Record{revision(1, release.StatusSuperseded, at("1")), revision(2, release.StatusSuperseded, target), revision(3, release.StatusDeployed, at("1"))}
	failed := []release.Record{deployed1[0], revision(2, release.StatusFailed, target)}
	other := &v1.Run{ID: "r", Instance: "i-3", Phase: v1.RunPre, BaseRevision: 1}
	for name, tt := range map[string]struct {
		run       *v1.Run
		revisions []release.Record
		resumable bool
		at        int
	}{
		"no run":             {nil, deployed1, false, 0},
		"under way":          {run(v1.RunPre), deployed1, true, 0},
		"failed":             {run(v1.RunFailed), deployed1, true, 0},
		"succeeded":          {run(v1.RunSucceeded), deployed2, false, 2},
		"aborted":            {run(v1.RunAborted), deployed1, false, 0},
		"of other inputs":    {other, deployed1, false, 0},
		"release at target":  {run(v1.RunPost), deployed2, true, 2},
		"rolled back since":  {run(v1.RunFailed), back, false, 0},
		"its change failed":  {run(v1.RunFailed), failed, true, 0},
		"nothing deployed":   {run(v1.RunPre), nil, true, 0},
		"uninstalled before": {run(v1.RunPre), []release.Record{revision(1, release.StatusUninstalled, at("1"))}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lifecycle.Resumable(tt.run, target, tt.revisions); got != tt.resumable {
				t.Errorf("Resumable is %t, expected %t", got, tt.resumable)
			}
			if got := lifecycle.ReleaseAt(1, target, tt.revisions); got != tt.at {
				t.Errorf("ReleaseAt is %d, expected %d", got, tt.at)
			}
		})
	}
	if got := lifecycle.ReleaseAt(2, target, deployed2); got != 0 {
		t.Errorf("a revision that was there before the run counts as its own: %d", got)
	}
	if got := lifecycle.Newest(back); got != 3 {
		t.Errorf("Newest is %d", got)
	}
}

func TestUnfinished(t *testing.T) {
	current := func(instance string, phase v1.RunPhase) *v1.Run {
		return &v1.Run{ID: "current", Instance: instance, Phase: phase, FromVersion: "1"}
	}
	past := func(id, instance string, phase v1.RunPhase) v1.RunSummary {
		return v1.RunSummary{ID: id, Instance: instance, Phase: phase}
	}
	for name, tt := range map[string]struct {
		status v1.StyrminDeploymentStatus
		want   string
	}{
		"no run":                      {v1.StyrminDeploymentStatus{}, ""},
		"succeeded":                   {v1.StyrminDeploymentStatus{Run: current("i", v1.RunSucceeded)}, ""},
		"aborted":                     {v1.StyrminDeploymentStatus{Run: current("i", v1.RunAborted)}, "current"},
		"of other inputs":             {v1.StyrminDeploymentStatus{Run: current("j", v1.RunAborted)}, ""},
		"aborted before another":      {v1.StyrminDeploymentStatus{Run: current("j", v1.RunFailed), History: []v1.RunSummary{past("a", "i", v1.RunAborted)}}, "a"},
		"failed before another":       {v1.StyrminDeploymentStatus{Run: current("j", v1.RunFailed), History: []v1.RunSummary{past("a", "i", v1.RunFailed)}}, "a"},
		"aborted, then succeeded":     {v1.StyrminDeploymentStatus{Run: current("i", v1.RunSucceeded), History: []v1.RunSummary{past("a", "i", v1.RunAborted)}}, ""},
		"succeeded, then aborted":     {v1.StyrminDeploymentStatus{Run: current("i", v1.RunAborted), History: []v1.RunSummary{past("a", "i", v1.RunSucceeded)}}, "current"},
		"the history is newest first": {v1.StyrminDeploymentStatus{History: []v1.RunSummary{past("b", "i", v1.RunSucceeded), past("a", "i", v1.RunAborted)}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			found := ""
			if run := lifecycle.Unfinished(tt.status, "i"); run != nil {
				found = run.ID
			}
			if found != tt.want {
				t.Errorf("found %q, expected %q", found, tt.want)
			}
		})
	}
}

func TestDeployed(t *testing.T) {
	twin := at("1")
	twin.Instance, twin.DriverDigest = "i-twin", "d2"
	for name, tt := range map[string]struct {
		alter func(*lifecycle.World)
		want  *lifecycle.Target
	}{
		"nothing":                 {func(w *lifecycle.World) { w.Revisions = nil }, nil},
		"only a failed revision":  {func(w *lifecycle.World) { w.Revisions[0].Status = release.StatusFailed }, nil},
		"uninstalled":             {func(w *lifecycle.World) { w.Revisions[0].Status = release.StatusUninstalled }, nil},
		"one of ours":             {func(*lifecycle.World) {}, &lifecycle.Target{Instance: "i-1", DriverDigest: "d", Version: "1"}},
		"somebody else's":         {func(w *lifecycle.World) { w.Revisions[0].Fingerprint.Values = "x" }, &lifecycle.Target{}},
		"twins, the active first": {func(w *lifecycle.World) { w.Instances = append(w.Instances, twin) }, ptr(at("1").Target)},
		"twins, the active last": {func(w *lifecycle.World) {
			w.Instances = append(w.Instances, twin)
			w.Deployment.Status.Active.Instance = "i-twin"
		}, &twin.Target},
	} {
		t.Run(name, func(t *testing.T) {
			world := upgrading()
			tt.alter(&world)
			got := lifecycle.Deployed(world)
			if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
				t.Errorf("deployed is %+v, expected %+v", got, tt.want)
			}
		})
	}
}
