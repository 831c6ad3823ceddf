package preview_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/plan"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/plugin/preview"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// upgrade is a plan from version 1.0.0 to 2.0.0, altered.
func upgrade(alter ...func(*plan.Plan)) *plan.Plan {
	planned := &plan.Plan{
		Namespace: "notes", Name: "notes", Release: "notes", Verb: engine.VerbUpgrade, Changes: true,
		Hook: v1.RunHookUpgrade, Why: []lifecycle.Cause{lifecycle.CauseVersion},
		Version:    plan.Move{From: "1.0.0", To: "2.0.0"},
		Driver:     plan.Driver{Name: "notes", Version: plan.Move{From: "1", To: "1"}},
		Deployment: plan.Deployment{Exists: true, Changes: []string{"spec.version"}},
		Modes: []plan.Mode{
			{Mode: v1.ModePre, Actions: []plan.Action{action("stop_worker", "Stop the worker, which a migration would break"), action("back_up", "")}},
			{Mode: v1.ModeCore, Helm: lifecycle.FateStart, Actions: []plan.Action{action("migrate", "Bring the schema to the new version")}},
			{Mode: v1.ModePost, Actions: []plan.Action{action("start_worker", ""), action("verify_upgrade", "Check that every note is served")}},
		},
		Helm: &plan.Helm{
			Chart: "notes", ChartVersion: plan.Move{From: "0.1.0", To: "0.1.0"}, Deployed: 1, Revision: 2,
			Objects: []helm.ObjectChange{{
				Change: helm.Changed, Kind: "Deployment", Namespace: "notes", Name: "notes-server",
				Diff: "@@ -20,7 +20,7 @@\n   spec:\n     containers:\n-    - image: notes:1.0.0\n+    - image: notes:2.0.0\n       name: server\n",
			}},
		},
		Gate: plan.Gate{
			GateState: engine.GateState{Mode: engine.GateEnforced}, Outcome: lifecycle.Held, Rollback: v1.RollbackAllow,
			Message: "held by styrmin: this release is governed by StyrminDeployment notes/notes; no run of this change (its chart, version and values) has been started. Next: kubectl styrmin upgrade notes -n notes",
		},
	}
	for _, f := range alter {
		f(planned)
	}
	return planned
}

func action(name, description string) plan.Action {
	return plan.Action{Name: name, Description: description, Fate: lifecycle.FateStart, Attempt: 1, State: v1.ActionPending}
}

func fate(mode, action int, fate lifecycle.Fate, attempt int32, state v1.ActionState) func(*plan.Plan) {
	return func(p *plan.Plan) {
		a := &p.Modes[mode].Actions[action]
		a.Fate, a.Attempt, a.State = fate, attempt, state
	}
}

func setup(p *plan.Plan) {
	p.Verb, p.Hook, p.Why = engine.VerbSetup, v1.RunHookSetup, []lifecycle.Cause{lifecycle.CauseNothingDeployed}
	p.Version.From, p.Driver.Register, p.Deployment = "", true, plan.Deployment{}
	p.Modes[2].Actions = nil
	p.Helm = &plan.Helm{
		Install: true, Chart: "notes", ChartVersion: plan.Move{To: "0.1.0"}, Revision: 1,
		Objects: []helm.ObjectChange{
			{Change: helm.Added, Kind: "Secret", Namespace: "notes", Name: "login", Diff: "@@ -0,0 +1,4 @@\n+data:\n+  password: (hidden)\n+kind: Secret\n"},
			{Change: helm.Added, Kind: "ClusterRole", Name: "notes", Diff: "@@ -0,0 +1 @@\n+kind: ClusterRole\n"},
		},
		Hooks:       []helm.Hook{{Kind: "Job", Name: "seed", Events: []string{"post-install"}}},
		Definitions: []string{"notes.example.org"},
	}
	p.Gate.Outcome, p.Gate.Message = lifecycle.NotGoverned, ""
}

// everything has what an upgrade seldom has.
func everything(p *plan.Plan) {
	p.Why = append(p.Why, lifecycle.CauseDriver)
	p.Driver = plan.Driver{Name: "notes", Version: plan.Move{From: "1", To: "2"}, Register: true}
	p.Inputs = instance.Changes{Parameters: []string{"greeting", "replicas"}, Config: []string{"zone"}, Chart: true}
	p.Run = &plan.Run{
		ID: "x7k2m9qd", Hook: v1.RunHookUpgrade, Phase: v1.RunFailed, Version: "2.0.0", Resumption: lifecycle.OtherInputs,
		Inputs: instance.Changes{Parameters: []string{"replicas"}},
	}
	p.Forgets = 3
	p.Helm.ChartVersion.To = "0.2.0"
	p.Helm.Objects = append(p.Helm.Objects,
		helm.ObjectChange{Change: helm.Removed, Kind: "ConfigMap", Namespace: "notes", Name: "old", Kept: true, Diff: "@@ -1 +0,0 @@\n-kind: ConfigMap\n"},
		helm.ObjectChange{Change: helm.Added, Kind: "Job", Namespace: "notes", Name: "warm", Hook: []string{"post-upgrade"}, Diff: "@@ -0,0 +1 @@\n+kind: Job\n"})
	p.Helm.Hooks = []helm.Hook{{Kind: "Job", Name: "warm", Events: []string{"post-upgrade"}}}
	p.Helm.Unforeseen = []helm.Unforeseen{
		{What: ".Capabilities", Templates: []string{"notes/templates/a.yaml"}},
		{What: "lookup", Templates: []string{"notes/templates/a.yaml", "notes/templates/b.yaml", "notes/templates/c.yaml", "notes/templates/d.yaml"}},
		{What: "randAlphaNum", Templates: []string{"notes/templates/secret.yaml"}},
	}
	p.Gate.Mode = engine.GateWarns
}

func refused(p *plan.Plan) {
	p.Lock = &lock.Holder{Identity: "host/1-abcde", Since: time.Unix(0, 0), Renewing: true}
	p.Refused = []string{
		"you lack permissions that a run needs in namespace notes:\n  jobs.batch: create",
		"StyrminDeployment notes/notes is being driven by host/1-abcde since 1970-01-01T00:00:00Z",
	}
}

func resumed(p *plan.Plan) {
	p.Why = []lifecycle.Cause{lifecycle.CauseUnfinished}
	p.Run = &plan.Run{ID: "x7k2m9qd", Hook: v1.RunHookUpgrade, Phase: v1.RunFailed, Version: "2.0.0", Resumption: lifecycle.Resumes}
	p.Deployment.Changes, p.Helm, p.Modes[1].Helm = nil, nil, lifecycle.FateSkip
	for _, f := range []func(*plan.Plan){
		fate(0, 0, lifecycle.FateSkip, 1, v1.ActionSucceeded), fate(0, 1, lifecycle.FateSkip, 2, v1.ActionSucceeded),
		fate(1, 0, lifecycle.FateAdopt, 1, v1.ActionRunning), fate(2, 0, lifecycle.FateRetry, 2, v1.ActionFailed), fate(2, 1, lifecycle.FateRetry, 3, v1.ActionLost),
	} {
		f(p)
	}
	p.Gate = plan.Gate{GateState: engine.GateState{Mode: engine.GateEnforced}, Outcome: lifecycle.Allowed, Rollback: v1.RollbackHold}
}

func nothing(p *plan.Plan) {
	p.Changes, p.Hook, p.Why, p.Modes, p.Helm, p.Deployment.Changes = false, v1.RunHookNone, nil, nil, nil, nil
	p.Gate.GateState = engine.GateState{Mode: engine.GateOff}
}

func TestWrite(t *testing.T) {
	const command = "kubectl styrmin upgrade notes -n notes --version 2.0.0"
	for name, tt := range map[string]struct {
		plan    *plan.Plan
		options preview.Options
	}{
		"setup":         {upgrade(setup), preview.Options{Command: "kubectl styrmin setup notes -n notes --driver notes"}},
		"upgrade":       {upgrade(), preview.Options{Command: command}},
		"upgrade_color": {upgrade(everything), preview.Options{Command: command, Color: true}},
		"upgrade_short": {upgrade(everything), preview.Options{Short: true}},
		"everything":    {upgrade(everything), preview.Options{Command: command}},
		"resumed":       {upgrade(resumed), preview.Options{Command: command}},
		"refused":       {upgrade(refused), preview.Options{Short: true}},
		"nothing":       {upgrade(nothing), preview.Options{Command: command}},
		"settings": {upgrade(nothing, func(p *plan.Plan) {
			p.Changes, p.Deployment.Changes, p.Gate.GateState = true, []string{"spec.jobs.timeoutSeconds"}, engine.GateState{Mode: engine.GateUnknown}
		}), preview.Options{Command: command}},
		"parameters": {upgrade(func(p *plan.Plan) {
			p.Hook, p.Why, p.Version.From = v1.RunHookNone, []lifecycle.Cause{lifecycle.CauseInputs}, "2.0.0"
			p.Inputs.Parameters, p.Deployment.Changes = []string{"replicas"}, []string{"spec.parameters.replicas"}
			p.Modes[0].Actions, p.Modes[1].Actions, p.Modes[2].Actions = nil, nil, nil
			p.Helm.Objects, p.Gate.WithoutWebhook = nil, true
		}), preview.Options{}},
		"until_in_action": {upgrade(func(p *plan.Plan) {
			p.Modes[1].Helm, p.Modes[2].Later, p.Helm.InAction = "", true, true
		}), preview.Options{Short: true}},
		"aborted": {upgrade(func(p *plan.Plan) {
			p.Why = []lifecycle.Cause{lifecycle.CauseUnfinished}
			p.Run = &plan.Run{ID: "x7k2m9qd", Hook: v1.RunHookUpgrade, Phase: v1.RunAborted, Version: "2.0.0", Resumption: lifecycle.BeginsAnew}
			p.Lock = &lock.Holder{Identity: "host/1-abcde", Since: time.Unix(0, 0)}
		}), preview.Options{Short: true}},
		"adopted": {upgrade(func(p *plan.Plan) {
			p.Why, p.Version.From = []lifecycle.Cause{lifecycle.CauseDeployedByOthers}, ""
			p.Run = &plan.Run{ID: "x7k2m9qd", Hook: v1.RunHookUpgrade, Phase: v1.RunPre, Version: "2.0.0", Resumption: lifecycle.ReleaseMoved}
		}), preview.Options{Short: true}},
		"hostile": {upgrade(func(p *plan.Plan) {
			p.Modes[0].Actions[0].Description = "harmless\x1b[2J\x1b]0;title\x07\nsecond line"
			p.Helm.Objects[0].Diff = "@@ -1 +1 @@\n-a: \x1b[31mred\n+a: \u202eright to left\n"
		}), preview.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := preview.Write(&out, tt.plan, tt.options); err != nil {
				t.Fatal(err)
			}
			golden(t, name, out.String())
		})
	}
}

func golden(t *testing.T, name, found string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(found), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	expected, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(expected), "\n"), strings.Split(found, "\n")); diff != "" {
		t.Errorf("%s (-expected +found):\n%s", path, diff)
	}
}
