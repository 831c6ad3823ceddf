package lifecycle_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

var statuses = []string{
	release.StatusDeployed, release.StatusSuperseded, release.StatusFailed, release.StatusPendingUpgrade,
	release.StatusPendingInstall, release.StatusPendingRollback, release.StatusUninstalled, release.StatusUninstalling, release.StatusUnknown,
}

// drawWorld is any world of few names, so that they meet often.
func drawWorld(t *rapid.T) (lifecycle.World, release.Record) {
	few := rapid.IntRange(0, 2)
	id := func(prefix, what string) string { return fmt.Sprintf("%s%d", prefix, few.Draw(t, what)) }
	world := lifecycle.World{Deployment: &v1.StyrminDeployment{}}
	for i := range rapid.IntRange(0, 3).Draw(t, "instances") {
		instance := lifecycle.Instance{
			Target:      lifecycle.Target{Instance: fmt.Sprintf("i%d", i), DriverDigest: id("d", "driver"), Version: id("v", "version")},
			Fingerprint: printOf(id("p", "values")),
		}
		for _, name := range []string{"a", "b"} {
			if rapid.Bool().Draw(t, "declared") {
				instance.Actions = append(instance.Actions, action(rapid.SampledFrom([]v1.Hook{v1.HookSetup, v1.HookUpgrade}).Draw(t, "hook"), rapid.SampledFrom(v1.Modes()[:2]).Draw(t, "mode"), name))
			}
		}
		world.Instances = append(world.Instances, instance)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "revisions") {
		world.Revisions = append(world.Revisions, release.Record{Revision: i + 1, Status: rapid.SampledFrom(statuses).Draw(t, "status"), Fingerprint: printOf(id("p", "values"))})
	}
	for range rapid.IntRange(0, 5).Draw(t, "evidence") {
		world.Evidence = append(world.Evidence, lifecycle.Evidence{
			Run: id("r", "run"), Instance: id("i", "instance"), Action: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "action"),
			Hook: rapid.SampledFrom([]v1.RunHook{v1.RunHookSetup, v1.RunHookUpgrade}).Draw(t, "hook"),
			Mode: rapid.SampledFrom(v1.Modes()[:2]).Draw(t, "mode"), BaseRevision: rapid.IntRange(0, 3).Draw(t, "base"),
			Attempt: lifecycle.Attempt{Number: int32(rapid.IntRange(1, 2).Draw(t, "attempt")), State: rapid.SampledFrom([]v1.ActionState{v1.ActionSucceeded, v1.ActionSucceeded, v1.ActionFailed, v1.ActionRunning}).Draw(t, "state")},
		})
	}
	addProofs(t, &world)
	if rapid.Bool().Draw(t, "has run") {
		world.Deployment.Status.Run = &v1.Run{ID: id("r", "run"), Instance: id("i", "instance"), BaseRevision: rapid.IntRange(0, 3).Draw(t, "base"),
			Phase: rapid.SampledFrom([]v1.RunPhase{v1.RunPre, v1.RunFailed, v1.RunAborted, v1.RunSucceeded}).Draw(t, "phase")}
	}
	if rapid.Bool().Draw(t, "has history") {
		world.Deployment.Status.History = []v1.RunSummary{{ID: id("r", "past"), Phase: rapid.SampledFrom([]v1.RunPhase{v1.RunFailed, v1.RunAborted, v1.RunSucceeded}).Draw(t, "past phase")}}
	}
	if rapid.Bool().Draw(t, "has active") {
		world.Deployment.Status.Active = &v1.ActiveInstance{Instance: id("i", "active")}
	}
	next := release.Record{Revision: len(world.Revisions) + 1, Status: release.StatusPendingUpgrade, Fingerprint: printOf(id("p", "values"))}
	return world, next
}

// addProofs adds the evidence of a run that looks good, and may be another's:
// evidence drawn at random seldom comes near to being complete.
func addProofs(t *rapid.T, world *lifecycle.World) {
	if len(world.Instances) == 0 || !rapid.Bool().Draw(t, "has proofs") {
		return
	}
	instance := rapid.SampledFrom(world.Instances).Draw(t, "proven")
	run, named := "r"+fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "run")), instance.Instance
	if rapid.Bool().Draw(t, "of another instance") {
		named = fmt.Sprintf("i%d", rapid.IntRange(0, 2).Draw(t, "instance"))
	}
	for _, a := range instance.Actions {
		world.Evidence = append(world.Evidence, lifecycle.Evidence{
			Run: run, Instance: named, Action: a.Name, Hook: v1.RunHook(a.Hook), Mode: a.Mode, BaseRevision: len(world.Revisions),
			Attempt: lifecycle.Attempt{Number: 1, State: v1.ActionSucceeded},
		})
	}
}

// mayPass is the oracle: is there, by the words of G1 and G2, any reason to let
// the change through? It tries everything instead of looking for the right thing.
func mayPass(change release.Record, w lifecycle.World) bool {
	for _, instance := range w.Instances {
		if instance.Fingerprint != change.Fingerprint {
			continue
		}
		hook := hookTo(instance, w)
		var needed []string
		for _, a := range instance.Actions {
			if string(a.Hook) == string(hook) && a.Mode == v1.ModePre {
				needed = append(needed, a.Name)
			}
		}
		if len(needed) == 0 && currentRunIs(instance, w) {
			return true
		}
		for _, run := range []string{"r0", "r1", "r2"} {
			if len(needed) > 0 && proves(run, instance, hook, needed, w) {
				return true
			}
		}
	}
	return false
}

func hookTo(instance lifecycle.Instance, w lifecycle.World) v1.RunHook {
	hook, _ := lifecycle.DecideHook(lifecycle.Deployed(w), instance.Target)
	return hook
}

// currentRunIs: the recorded run is of the instance, not over, and made no revision yet.
func currentRunIs(instance lifecycle.Instance, w lifecycle.World) bool {
	run := w.Deployment.Status.Run
	return run != nil && run.Instance == instance.Instance && run.Phase != v1.RunSucceeded && run.Phase != v1.RunAborted && unspentSince(run.BaseRevision, w)
}

// proves: each needed action has a success in this run, and none of the run's
// evidence is older than a revision that was deployed.
func proves(run string, instance lifecycle.Instance, hook v1.RunHook, needed []string, w lifecycle.World) bool {
	status := w.Deployment.Status
	if status.Run != nil && status.Run.ID == run {
		if status.Run.Phase == v1.RunSucceeded || status.Run.Phase == v1.RunAborted {
			return false
		}
	} else if slices.ContainsFunc(status.History, func(past v1.RunSummary) bool { return past.ID == run }) {
		return false
	}
	for _, name := range needed {
		if !slices.ContainsFunc(w.Evidence, func(e lifecycle.Evidence) bool {
			return e.Run == run && e.Instance == instance.Instance && e.Hook == hook && e.Mode == v1.ModePre &&
				e.Action == name && e.State == v1.ActionSucceeded && unspentSince(e.BaseRevision, w)
		}) {
			return false
		}
	}
	return true
}

func unspentSince(base int, w lifecycle.World) bool {
	return !slices.ContainsFunc(w.Revisions, func(r release.Record) bool {
		was := []string{release.StatusDeployed, release.StatusSuperseded, release.StatusUninstalled, release.StatusUninstalling}
		return r.Revision > base && slices.Contains(was, r.Status)
	})
}

// TestJudgeAllowsOnlyWithEvidence (G1).
func TestJudgeAllowsOnlyWithEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		world, change := drawWorld(t)
		verdict := lifecycle.Judge(change, world)
		if verdict.Outcome == lifecycle.Allowed && !mayPass(change, world) {
			t.Fatalf("allowed for %s, and nothing speaks for it", verdict.Reason)
		}
		if verdict.Outcome != lifecycle.Allowed && verdict.Outcome != lifecycle.Held {
			t.Fatalf("a governed release is judged %q", verdict.Outcome)
		}
		if verdict.Outcome == lifecycle.Held && verdict.Message("demo") == "" {
			t.Fatal("held without a message")
		}
	})
}

// TestEvidenceIsSingleUse (G2): once the change was deployed, the same evidence
// allows no change, not even the same again.
func TestEvidenceIsSingleUse(t *testing.T) {
	allowed := 0
	rapid.Check(t, func(t *rapid.T) {
		world, change := drawWorld(t)
		if lifecycle.Judge(change, world).Outcome != lifecycle.Allowed {
			return
		}
		allowed++
		// Evidence says the newest revision at its time: none is of the future.
		newest := len(world.Revisions)
		for i := range world.Evidence {
			world.Evidence[i].BaseRevision = min(world.Evidence[i].BaseRevision, newest)
		}
		if run := world.Deployment.Status.Run; run != nil {
			run.BaseRevision = min(run.BaseRevision, newest)
		}
		change.Status = release.StatusDeployed
		for i := range world.Revisions {
			if world.Revisions[i].Status == release.StatusDeployed {
				world.Revisions[i].Status = release.StatusSuperseded
			}
		}
		world.Revisions = append(world.Revisions, change)
		for _, values := range []string{"p0", "p1", "p2"} {
			again := release.Record{Revision: change.Revision + 1, Status: release.StatusPendingUpgrade, Fingerprint: printOf(values)}
			if verdict := lifecycle.Judge(again, world); verdict.Outcome == lifecycle.Allowed {
				t.Fatalf("the same evidence serves a second change to %s: %+v", values, verdict)
			}
		}
	})
	if allowed == 0 {
		t.Error("no world allowed a change: the test tests nothing")
	}
}
