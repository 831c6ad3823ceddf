package lifecycle_test

import (
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// alter changes the world of upgrading and the change to judge in one respect.
type alter func(*lifecycle.World, *release.Record)

func TestJudge(t *testing.T) {
	tests := map[string]struct {
		alter   alter
		outcome lifecycle.Outcome
		reason  lifecycle.Reason
	}{
		"complete evidence":                       {nil, lifecycle.Allowed, lifecycle.ReasonEvidence},
		"no deployment":                           {func(w *lifecycle.World, _ *release.Record) { w.Deployment = nil }, lifecycle.NotGoverned, lifecycle.ReasonNoDeployment},
		"no instance is this change":              {func(_ *lifecycle.World, r *release.Record) { r.Fingerprint.Values = "other" }, lifecycle.Held, lifecycle.ReasonNotDeclared},
		"other templates":                         {func(_ *lifecycle.World, r *release.Record) { r.Fingerprint.Templates = "other" }, lifecycle.Held, lifecycle.ReasonNotDeclared},
		"no evidence":                             {func(w *lifecycle.World, _ *release.Record) { w.Evidence = nil }, lifecycle.Held, lifecycle.ReasonMissing},
		"evidence of one action only":             {func(w *lifecycle.World, _ *release.Record) { w.Evidence = w.Evidence[:1] }, lifecycle.Held, lifecycle.ReasonMissing},
		"an action failed":                        {state(v1.ActionFailed), lifecycle.Held, lifecycle.ReasonMissing},
		"an action runs":                          {state(v1.ActionRunning), lifecycle.Held, lifecycle.ReasonMissing},
		"an action's Job was lost":                {state(v1.ActionLost), lifecycle.Held, lifecycle.ReasonMissing},
		"of another instance":                     {each(func(e *lifecycle.Evidence) { e.Instance = "i-3" }), lifecycle.Held, lifecycle.ReasonMissing},
		"of another hook":                         {each(func(e *lifecycle.Evidence) { e.Hook = v1.RunHookSetup }), lifecycle.Held, lifecycle.ReasonMissing},
		"of another mode":                         {each(func(e *lifecycle.Evidence) { e.Mode = v1.ModePost }), lifecycle.Held, lifecycle.ReasonMissing},
		"split between two runs":                  {func(w *lifecycle.World, _ *release.Record) { w.Evidence[0].Run = "q" }, lifecycle.Held, lifecycle.ReasonMissing},
		"a later attempt succeeded":               {retried, lifecycle.Allowed, lifecycle.ReasonEvidence},
		"served a revision":                       {deployedAt(2, release.StatusDeployed, "2"), lifecycle.Held, lifecycle.ReasonSpent},
		"served and was superseded":               {deployedAt(2, release.StatusSuperseded, "2"), lifecycle.Held, lifecycle.ReasonSpent},
		"its revision failed":                     {deployedAt(2, release.StatusFailed, "2"), lifecycle.Allowed, lifecycle.ReasonEvidence},
		"its revision is pending":                 {deployedAt(2, release.StatusPendingUpgrade, "2"), lifecycle.Allowed, lifecycle.ReasonEvidence},
		"somebody rolled back since":              {deployedAt(2, release.StatusDeployed, "1"), lifecycle.Held, lifecycle.ReasonSpent},
		"uninstalled since":                       {deployedAt(2, release.StatusUninstalled, "2"), lifecycle.Held, lifecycle.ReasonSpent},
		"the run succeeded":                       {func(w *lifecycle.World, _ *release.Record) { w.Deployment.Status.Run.Phase = v1.RunSucceeded }, lifecycle.Held, lifecycle.ReasonSpent},
		"the run failed and may resume":           {func(w *lifecycle.World, _ *release.Record) { w.Deployment.Status.Run.Phase = v1.RunFailed }, lifecycle.Allowed, lifecycle.ReasonEvidence},
		"the run was aborted":                     {func(w *lifecycle.World, _ *release.Record) { w.Deployment.Status.Run.Phase = v1.RunAborted }, lifecycle.Held, lifecycle.ReasonAborted},
		"an aborted run of the history":           {abortedBefore, lifecycle.Held, lifecycle.ReasonAborted},
		"aborted, and run anew":                   {both(abortedBefore, func(w *lifecycle.World, _ *release.Record) { renew(w, "s") }), lifecycle.Allowed, lifecycle.ReasonEvidence},
		"the run is history":                      {archived, lifecycle.Held, lifecycle.ReasonSpent},
		"one Job of an older base spoils":         {func(w *lifecycle.World, _ *release.Record) { w.Evidence[0].BaseRevision = 0 }, lifecycle.Held, lifecycle.ReasonSpent},
		"an older run is spent, the newer is not": {olderRun, lifecycle.Allowed, lifecycle.ReasonEvidence},
		"rollback":                                {rollback("1"), lifecycle.Allowed, lifecycle.ReasonRollback},
		"rollback held":                           {both(rollback("1"), func(w *lifecycle.World, _ *release.Record) { w.Deployment.Spec.Gate.Rollback = v1.RollbackHold }), lifecycle.Held, lifecycle.ReasonNoRun},
		"rollback to what never went through": {both(rollback("2"), func(w *lifecycle.World, _ *release.Record) {
			w.Evidence = nil
			w.Revisions = append(w.Revisions, revision(2, release.StatusFailed, at("2")))
		}), lifecycle.Held, lifecycle.ReasonMissing},
		"pretended rollback":                  {both(rollback("2"), func(w *lifecycle.World, _ *release.Record) { w.Evidence = nil }), lifecycle.Held, lifecycle.ReasonMissing},
		"pretended by words only":             {both(pretended, func(w *lifecycle.World, _ *release.Record) { w.Evidence = nil }), lifecycle.Held, lifecycle.ReasonMissing},
		"rollback to a manifest of one's own": {both(rollback("1"), func(_ *lifecycle.World, r *release.Record) { r.Manifest = "other" }), lifecycle.Held, lifecycle.ReasonNoRun},
		"parameters only, run":                {parametersOnly(v1.RunPre, 1), lifecycle.Allowed, lifecycle.ReasonNoActions},
		"parameters only, run failed":         {parametersOnly(v1.RunFailed, 1), lifecycle.Allowed, lifecycle.ReasonNoActions},
		"parameters only, run over":           {parametersOnly(v1.RunSucceeded, 1), lifecycle.Held, lifecycle.ReasonNoRun},
		"parameters only, run aborted":        {parametersOnly(v1.RunAborted, 1), lifecycle.Held, lifecycle.ReasonNoRun},
		"parameters only, spent":              {parametersOnly(v1.RunCore, 0), lifecycle.Held, lifecycle.ReasonSpent},
		"parameters only, no run":             {both(parametersOnly(v1.RunPre, 1), func(w *lifecycle.World, _ *release.Record) { w.Deployment.Status.Run = nil }), lifecycle.Held, lifecycle.ReasonNoRun},
		"hook without pre actions":            {withoutPre, lifecycle.Allowed, lifecycle.ReasonNoActions},
		"setup with evidence":                 {setup(true), lifecycle.Allowed, lifecycle.ReasonEvidence},
		"setup without evidence":              {setup(false), lifecycle.Held, lifecycle.ReasonMissing},
		"adopted release":                     {adopted, lifecycle.Allowed, lifecycle.ReasonEvidence},
		"adopted release, no evidence":        {both(adopted, func(w *lifecycle.World, _ *release.Record) { w.Evidence = nil }), lifecycle.Held, lifecycle.ReasonMissing},
		"driver bump with evidence":           {bumped(true), lifecycle.Allowed, lifecycle.ReasonEvidence},
		"driver bump without evidence":        {bumped(false), lifecycle.Held, lifecycle.ReasonMissing},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			world, record := upgrading(), change(2, at("2"))
			if tt.alter != nil {
				tt.alter(&world, &record)
			}
			verdict := lifecycle.Judge(record, world)
			if verdict.Outcome != tt.outcome || verdict.Reason != tt.reason {
				t.Errorf("judged %s for %s, expected %s for %s (%+v)", verdict.Outcome, verdict.Reason, tt.outcome, tt.reason, verdict)
			}
			if (verdict.Warning != "") != (tt.reason == lifecycle.ReasonRollback) {
				t.Errorf("unexpected warning %q", verdict.Warning)
			}
			if world.Deployment != nil && verdict.Deployment != "app" {
				t.Errorf("the verdict names the deployment %q", verdict.Deployment)
			}
		})
	}
}

func both(first, second alter) alter {
	return func(w *lifecycle.World, r *release.Record) { first(w, r); second(w, r) }
}

func each(change func(*lifecycle.Evidence)) alter {
	return func(w *lifecycle.World, _ *release.Record) {
		for i := range w.Evidence {
			change(&w.Evidence[i])
		}
	}
}

func state(s v1.ActionState) alter {
	return func(w *lifecycle.World, _ *release.Record) { w.Evidence[1].State = s }
}

// retried: the first attempt failed, whatever order the Jobs are listed in.
func retried(w *lifecycle.World, _ *release.Record) {
	w.Evidence[1].Number = 2
	failed := proof(at("2"), "backup")
	failed.State = v1.ActionFailed
	w.Evidence = append(w.Evidence, failed)
}

func deployedAt(n int, status, version string) alter {
	return func(w *lifecycle.World, r *release.Record) {
		if status == release.StatusDeployed {
			w.Revisions[0].Status = release.StatusSuperseded
		}
		w.Revisions = append(w.Revisions, revision(n, status, at(version)))
		r.Revision = n + 1
	}
}

func archived(w *lifecycle.World, _ *release.Record) {
	w.Deployment.Status.History = []v1.RunSummary{{ID: "r", Phase: v1.RunFailed}}
	w.Deployment.Status.Run = &v1.Run{ID: "s", Instance: "i-3", Phase: v1.RunPre}
}

// abortedBefore: the run was aborted, and another one of the same instance has begun.
func abortedBefore(w *lifecycle.World, _ *release.Record) {
	w.Deployment.Status.History = []v1.RunSummary{{ID: "r", Phase: v1.RunAborted}}
	w.Deployment.Status.Run = &v1.Run{ID: "s", Instance: "i-2", Hook: v1.RunHookUpgrade, Phase: v1.RunPre, BaseRevision: 1}
}

// renew adds the same evidence of another run.
func renew(w *lifecycle.World, run string) {
	for _, e := range w.Evidence {
		e.Run = run
		w.Evidence = append(w.Evidence, e)
	}
}

func olderRun(w *lifecycle.World, r *release.Record) {
	for _, e := range w.Evidence {
		e.Run, e.BaseRevision = "q", 0
		w.Evidence = append(w.Evidence, e)
	}
}

// rollback is a change that says it restores a version; only version 1 was there.
func rollback(version string) alter {
	return func(w *lifecycle.World, r *release.Record) {
		*r = revision(2, release.StatusPendingRollback, at(version))
	}
}

func pretended(_ *lifecycle.World, r *release.Record) { r.Description = "Rollback to 1" }

// parametersOnly changes the values at the same version by the same driver.
func parametersOnly(phase v1.RunPhase, base int) alter {
	return func(w *lifecycle.World, r *release.Record) {
		larger := at("1")
		larger.Instance, larger.Fingerprint = "i-larger", printOf("larger")
		w.Instances, w.Evidence = append(w.Instances, larger), nil
		w.Deployment.Status.Run = &v1.Run{ID: "r", Instance: "i-larger", Hook: v1.RunHookNone, Phase: phase, BaseRevision: base}
		*r = change(2, larger)
	}
}

func withoutPre(w *lifecycle.World, _ *release.Record) {
	w.Instances[1].Actions, w.Evidence = []v1.Action{action(v1.HookUpgrade, v1.ModePost, "start")}, nil
}

func setup(proven bool) alter {
	return func(w *lifecycle.World, r *release.Record) {
		w.Deployment.Status.Active, w.Revisions, w.Evidence = nil, nil, nil
		if proven {
			e := proof(at("2"), "create_database")
			e.Hook, e.BaseRevision = v1.RunHookSetup, 0
			w.Evidence = []lifecycle.Evidence{e}
		}
		*r = revision(1, release.StatusPendingInstall, at("2"))
	}
}

// adopted: revision 1 was made before the release was governed, so no instance is it.
func adopted(w *lifecycle.World, _ *release.Record) {
	w.Revisions[0].Fingerprint.Values = "made by hand"
	w.Deployment.Status.Active = nil
	w.Instances = w.Instances[1:]
}

// bumped: another driver at the same version makes the same release.
func bumped(proven bool) alter {
	return func(w *lifecycle.World, r *release.Record) {
		next := at("1")
		next.Instance, next.DriverDigest = "i-next", "d2"
		w.Instances = append(w.Instances, next)
		w.Deployment.Status.Run.Instance = "i-next"
		w.Evidence = nil
		if proven {
			w.Evidence = []lifecycle.Evidence{proof(next, "stop"), proof(next, "backup")}
		}
		*r = change(2, next)
	}
}

// TestJudgeNamesWhatIsMissing: the newest run is reported, with the actions' states.
func TestJudgeNamesWhatIsMissing(t *testing.T) {
	world := upgrading()
	world.Evidence[1].State = v1.ActionFailed
	older := proof(at("2"), "stop")
	older.Run, older.BaseRevision = "q", 0
	world.Evidence = append(world.Evidence, older)
	verdict := lifecycle.Judge(change(2, at("2")), world)
	if verdict.Run != "r" || len(verdict.Missing) != 1 || verdict.Missing[0] != (lifecycle.MissingAction{Name: "backup", State: v1.ActionFailed}) {
		t.Errorf("unexpected verdict %+v", verdict)
	}
	if verdict.Hook != v1.RunHookUpgrade || verdict.Version != "2" {
		t.Errorf("unexpected verdict %+v", verdict)
	}
}

// TestJudgeDoesNotDependOnOrder: lists come from the API server in any order.
func TestJudgeDoesNotDependOnOrder(t *testing.T) {
	for name, alter := range map[string]alter{"retried": retried, "older run": olderRun, "bumped": bumped(true), "served": deployedAt(2, release.StatusSuperseded, "2")} {
		world, record := upgrading(), change(2, at("2"))
		alter(&world, &record)
		want := lifecycle.Judge(record, world)
		reverse(world.Evidence)
		reverse(world.Instances)
		reverse(world.Revisions)
		got := lifecycle.Judge(record, world)
		if got.Outcome != want.Outcome || got.Reason != want.Reason || got.Run != want.Run {
			t.Errorf("%s: judged %+v, in another order %+v", name, want, got)
		}
	}
}

func reverse[T any](list []T) {
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
}

// TestDenialReportsTheCurrentRun: others may have made Jobs of runs of their own.
func TestDenialReportsTheCurrentRun(t *testing.T) {
	world, record := upgrading(), change(2, at("2"))
	world.Evidence = world.Evidence[:1]
	renew(&world, "zzz")
	if verdict := lifecycle.Judge(record, world); verdict.Outcome != lifecycle.Held || verdict.Run != "r" {
		t.Errorf("judged %+v, expected it to report run r", verdict)
	}
}
