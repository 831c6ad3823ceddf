package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// prepared is a request for version 2, while version 1 is deployed.
func prepared(t *testing.T, annotations map[string]any) planner {
	t.Helper()
	d, err := driver.FromObject(map[string]any{
		"apiVersion": "styrmin.io/v1", "kind": "ApplicationDriver",
		"metadata": map[string]any{"name": "notes", "annotations": annotations},
		"spec": map[string]any{
			"version": "1",
			"actions": []any{
				map[string]any{"name": "stop", "hook": "upgrade", "mode": "pre", "location": "actions.py::stop", "description": "Stop it"},
				map[string]any{"name": "migrate", "hook": "upgrade", "mode": "core", "location": "actions.py::migrate"},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(version string) (*v1.StyrminDeployment, *instance.Instance) {
		desired := &v1.StyrminDeployment{Spec: v1.StyrminDeploymentSpec{Driver: "notes", Version: version}}
		desired.Namespace, desired.Name = "demo", "notes"
		resolved, err := instance.Resolve(d, desired, instance.Chart{Name: "notes", Version: "0.1.0"})
		if err != nil {
			t.Fatal(err)
		}
		return desired, resolved
	}
	stored, before := at("1")
	desired, after := at("2")
	deployed, target := before.Target(), after.Target()
	fingerprint, err := before.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	p := planner{&engine.Prepared{
		Request:  engine.Request{Verb: engine.VerbUpgrade, Driver: d, Desired: desired},
		Instance: after,
		Chart:    &helm.Chart{Name: "notes", Version: "0.1.0"},
		Situation: engine.Situation{
			Deployment: stored, Stored: []*instance.Instance{before}, Deployed: &deployed,
			Revisions: []release.Record{{Name: "notes", Revision: 1, Status: release.StatusDeployed, Fingerprint: fingerprint}},
		},
	}}
	p.Situation.Hook, p.Situation.Changed = lifecycle.DecideHook(&deployed, target)
	return p
}

func TestPlanHelmInAction(t *testing.T) {
	p := prepared(t, map[string]any{v1.AnnotationHelmUpgrade: v1.HelmUpgradeInAction})
	plan, err := p.plan(findings{helm: p.plannedHelm()})
	if err != nil {
		t.Fatal(err)
	}
	want := []Mode{
		{Mode: v1.ModePre, Actions: []Action{{Name: "stop", Description: "Stop it", Fate: lifecycle.FateStart, Attempt: 1, State: v1.ActionPending}}},
		{Mode: v1.ModeCore, Actions: []Action{{Name: "migrate", Fate: lifecycle.FateStart, Attempt: 1, State: v1.ActionPending}}},
		{Mode: v1.ModePost, Actions: []Action{}},
	}
	if diff := cmp.Diff(want, plan.Modes); diff != "" {
		t.Errorf("(-expected +found)\n%s", diff)
	}
	if !plan.Helm.InAction || !(findings{helm: plan.Helm}).outlook().ChangesRelease {
		t.Errorf("found %+v, expected the action to say when the release is changed", plan.Helm)
	}
	if plan.Version != (Move{From: "1", To: "2"}) || !plan.Inputs.None() {
		t.Errorf("unexpected plan %+v", plan)
	}
}

// TestPlanRunsAgain: what --rerun and --from name is due again, as a new attempt.
func TestPlanRunsAgain(t *testing.T) {
	p := prepared(t, nil)
	p.Situation.Resume = true
	p.Situation.Deployment.Status.Run = &v1.Run{
		ID: "r", Instance: p.Instance.Digest, Hook: v1.RunHookUpgrade, Phase: v1.RunSucceeded, FromVersion: "0", BaseRevision: 1, Revision: 2,
		Actions: []v1.ActionStatus{
			{Name: "stop", Mode: v1.ModePre, State: v1.ActionSucceeded, Attempt: 1},
			{Name: "migrate", Mode: v1.ModeCore, State: v1.ActionSucceeded, Attempt: 2},
		},
	}
	p.Again = lifecycle.Again{Actions: []string{"migrate"}}
	plan, err := p.plan(findings{evidence: []lifecycle.Evidence{
		{Run: "r", Action: "migrate", Attempt: lifecycle.Attempt{Number: 2, State: v1.ActionSucceeded}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if a := plan.Modes[0].Actions[0]; a.Fate != lifecycle.FateSkip || a.Attempt != 1 {
		t.Errorf("stop: found %+v", a)
	}
	if a := plan.Modes[1].Actions[0]; a.Fate != lifecycle.FateStart || a.Attempt != 3 || plan.Modes[1].Helm != lifecycle.FateSkip {
		t.Errorf("migrate: found %+v", plan.Modes[1])
	}
	if plan.Run == nil || plan.Run.Resumption != lifecycle.Resumes || plan.Version.From != "0" {
		t.Errorf("found run %+v, version %+v", plan.Run, plan.Version)
	}
	if status := p.Situation.Deployment.Status.Run.Actions[1].State; status != v1.ActionSucceeded {
		t.Errorf("planning changed the recorded run: migrate is %s", status)
	}
}

func TestSpecChanges(t *testing.T) {
	value := func(text string) apiextensionsv1.JSON { return apiextensionsv1.JSON{Raw: []byte(text)} }
	stored := v1.StyrminDeploymentSpec{
		Driver: "notes", Version: "1",
		Parameters: map[string]apiextensionsv1.JSON{"a": value(`1`), "gone": value(`"x"`), "same": value(`"x"`)},
		Config:     map[string]apiextensionsv1.JSON{"zone": value(`{"name": "a", "deep": {"x": 1}}`)},
	}
	desired := v1.StyrminDeploymentSpec{
		Driver: "notes", Version: "2", Release: "other",
		Parameters: map[string]apiextensionsv1.JSON{"a": value(`2`), "b": value(`{"x": 1}`), "same": value(`"x"`)},
		Config:     map[string]apiextensionsv1.JSON{"zone": value(`{"name": "a", "deep": {"x": 2}}`)},
		Jobs:       v1.JobSettings{Image: "python"},
	}
	want := []string{"spec.config.zone", "spec.jobs.image", "spec.parameters.a", "spec.parameters.b", "spec.parameters.gone", "spec.release", "spec.version"}
	if diff := cmp.Diff(want, specChanges(stored, desired)); diff != "" {
		t.Errorf("(-expected +found)\n%s", diff)
	}
	if same := specChanges(stored, stored); len(same) > 0 {
		t.Errorf("the same spec: found %q", same)
	}
}

// TestPlanOfAnAbortedRun: the release is at its target, and all of the run is done again.
func TestPlanOfAnAbortedRun(t *testing.T) {
	p := prepared(t, nil)
	deployed := p.Instance.Target()
	p.Situation.Deployed, p.Situation.Hook = &deployed, v1.RunHookUpgrade
	p.Situation.Anew = &v1.RunSummary{ID: "r", Hook: v1.RunHookUpgrade, Phase: v1.RunAborted, Version: "2", FromVersion: "1"}
	plan, err := p.plan(findings{})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Run == nil || plan.Run.ID != "r" || plan.Run.Resumption != lifecycle.BeginsAnew || plan.Version != (Move{From: "1", To: "2"}) {
		t.Errorf("found run %+v, version %+v", plan.Run, plan.Version)
	}
	if diff := cmp.Diff([]lifecycle.Cause{lifecycle.CauseUnfinished}, plan.Why); diff != "" {
		t.Errorf("(-expected +found)\n%s", diff)
	}
	if len(plan.Modes) != 3 || plan.Modes[0].Actions[0].Fate != lifecycle.FateStart {
		t.Errorf("found %+v", plan.Modes)
	}
}
