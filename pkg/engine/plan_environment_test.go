package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/plan"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

// plan plans a request, and expects that nothing in the cluster changes by it.
func (w *world) plan(request engine.Request) *plan.Plan {
	w.t.Helper()
	e, events := w.engine(w.config)
	before := w.everything()
	p, err := e.Prepare(w.t.Context(), request)
	w.must(err)
	planned, err := plan.Make(w.t.Context(), e, p)
	w.must(err)
	if diff := cmp.Diff(before, w.everything()); diff != "" {
		w.t.Errorf("planning changed the cluster (-before +after):\n%s", diff)
	}
	if lines := events.lines(); len(lines) > 0 {
		w.t.Errorf("planning reported %q", lines)
	}
	w.complete(planned)
	return planned
}

// everything lists the objects that a run touches, with their versions.
func (w *world) everything() []string {
	w.t.Helper()
	var out []string
	for _, kind := range []schema.GroupVersionKind{
		v1.GroupVersion.WithKind("StyrminDeployment"), v1.GroupVersion.WithKind("ApplicationDriver"),
		{Version: "v1", Kind: "ConfigMap"}, {Version: "v1", Kind: "Secret"}, {Version: "v1", Kind: "Event"},
		{Group: "batch", Version: "v1", Kind: "Job"}, {Group: "coordination.k8s.io", Version: "v1", Kind: "Lease"},
	} {
		var list metav1.PartialObjectMetadataList
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		var options []client.ListOption
		if kind.Kind != "ApplicationDriver" {
			options = append(options, client.InNamespace(w.namespace))
		}
		w.must(w.admin.List(w.t.Context(), &list, options...))
		for _, object := range list.Items {
			ours := kind.Kind != "ApplicationDriver" || object.Name == "driver-of-"+w.namespace
			// The Job controller writes Events when it likes; ours are the deployment's.
			if ours && (kind.Kind != "Event" || strings.HasPrefix(object.Name, deploymentName+".")) {
				out = append(out, fmt.Sprintf("%s %s %s", kind.Kind, object.Name, object.ResourceVersion))
			}
		}
	}
	return out
}

// complete expects that lists are lists in a plan's JSON form, also when they are empty.
func (w *world) complete(planned *plan.Plan) {
	w.t.Helper()
	data, err := json.Marshal(planned)
	w.must(err)
	var fields map[string]any
	w.must(json.Unmarshal(data, &fields))
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case nil:
			if !slices.Contains([]string{".run", ".helm", ".lock"}, path) {
				w.t.Errorf("the plan's %s is null", path)
			}
		case map[string]any:
			for key, inner := range v {
				walk(path+"."+key, inner)
			}
		case []any:
			for _, inner := range v {
				walk(path+"[]", inner)
			}
		}
	}
	walk("", fields)
}

// modes writes what becomes of each step, such as "pre: a Skip#1 b Retry#2".
func modes(planned *plan.Plan) []string {
	var lines []string
	for _, mode := range planned.Modes {
		line := string(mode.Mode) + ":"
		if mode.Later {
			line = string(mode.Mode) + " later:"
		}
		if mode.Helm != "" {
			line += " helm " + string(mode.Helm)
		}
		for _, action := range mode.Actions {
			line += fmt.Sprintf(" %s %s#%d", action.Name, action.Fate, action.Attempt)
		}
		lines = append(lines, line)
	}
	return lines
}

func expect[T any](t *testing.T, what string, found, expected T) {
	t.Helper()
	if diff := cmp.Diff(expected, found); diff != "" {
		t.Errorf("%s (-expected +found):\n%s", what, diff)
	}
}

func TestPlanOfASetup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "setup/pre/b", "setup/core/c", "upgrade/pre/u")
	planned := w.plan(w.request(engine.VerbSetup, d, "1.0", until(v1.ModeCore)))
	expect(t, "hook", planned.Hook, v1.RunHookSetup)
	expect(t, "why", planned.Why, []lifecycle.Cause{lifecycle.CauseNothingDeployed})
	expect(t, "version", planned.Version, plan.Move{To: "1.0"})
	expect(t, "driver", planned.Driver, plan.Driver{Name: d.Object.Name, Version: plan.Move{To: "1"}, Register: true})
	expect(t, "modes", modes(planned), []string{"pre: a Start#1 b Start#1", "core: helm Start c Start#1", "post later:"})
	expect(t, "deployment", planned.Deployment, plan.Deployment{Changes: []string{}})
	if !planned.Changes || planned.Run != nil || planned.Lock != nil || len(planned.Refused) > 0 || !planned.Inputs.None() {
		t.Errorf("unexpected plan %+v", planned)
	}
	expect(t, "install", planned.Helm.Install, true)
	if o := planned.Helm.Objects; len(o) != 1 || o[0].Change != helm.Added || o[0].Name != "app-config" || !strings.Contains(o[0].Diff, "+  version: \"1.0\"\n") {
		t.Errorf("unexpected objects %+v", o)
	}
	expect(t, "gate", planned.Gate, plan.Gate{GateState: engine.GateState{Mode: engine.GateOff}, Outcome: lifecycle.NotGoverned, Reason: lifecycle.ReasonNoDeployment, Rollback: v1.RollbackAllow})
}

func TestPlanOfAnUpgrade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "upgrade/pre/u", "upgrade/post/v")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))

	planned := w.plan(w.request(engine.VerbUpgrade, d, "2.0", size(7)))
	expect(t, "why", planned.Why, []lifecycle.Cause{lifecycle.CauseVersion})
	expect(t, "version", planned.Version, plan.Move{From: "1.0", To: "2.0"})
	expect(t, "parameters", planned.Inputs.Parameters, []string{"size"})
	expect(t, "deployment", planned.Deployment, plan.Deployment{Exists: true, Changes: []string{"spec.parameters.size", "spec.version"}})
	expect(t, "modes", modes(planned), []string{"pre: u Start#1", "core: helm Start", "post: v Start#1"})
	expect(t, "revisions", []int{planned.Helm.Deployed, planned.Helm.Revision}, []int{1, 2})
	expect(t, "chart", planned.Helm.ChartVersion, plan.Move{From: "0.1.0", To: "0.1.0"})
	if o := planned.Helm.Objects; len(o) != 1 || o[0].Change != helm.Changed || o[0].Namespace != w.namespace || !strings.Contains(o[0].Diff, "-  size: \"1\"\n-  version: \"1.0\"\n+  size: \"7\"\n+  version: \"2.0\"\n") {
		t.Errorf("unexpected objects %+v", o)
	}
	expect(t, "gate", planned.Gate.Reason, lifecycle.ReasonNotDeclared)
	if planned.Driver.Register {
		t.Error("the driver is registered already")
	}

	planned = w.plan(w.request(engine.VerbUpgrade, d, "1.0", size(7)))
	expect(t, "parameters only", planned.Why, []lifecycle.Cause{lifecycle.CauseInputs})
	expect(t, "parameters only", modes(planned), []string{"pre:", "core: helm Start", "post:"})

	other := w.driverText("def work(deployment_id: str) -> None:\n    print(2)\n", "upgrade/pre/u")
	planned = w.plan(w.request(engine.VerbUpgrade, other, "1.0"))
	expect(t, "another driver", planned.Why, []lifecycle.Cause{lifecycle.CauseDriver})
	expect(t, "another driver", planned.Driver.Register, true)
	expect(t, "another driver's objects", len(planned.Helm.Objects), 0)

	planned = w.plan(w.request(engine.VerbUpgrade, d, "1.0"))
	if planned.Changes || len(planned.Why) > 0 || len(planned.Modes) > 0 || planned.Helm != nil {
		t.Errorf("nothing to do: unexpected plan %+v", planned)
	}
	planned = w.plan(w.request(engine.VerbUpgrade, d, "1.0", func(r *engine.Request) { r.Desired.Spec.Jobs.TimeoutSeconds = 77 }))
	expect(t, "settings only", planned.Deployment.Changes, []string{"spec.jobs.timeoutSeconds"})
	if !planned.Changes || len(planned.Modes) > 0 {
		t.Errorf("settings only: unexpected plan %+v", planned)
	}
}

// TestPlanOfAResumedRun: what is foreseen is what is done, also where the engine
// died before it recorded what it saw.
func TestPlanOfAResumedRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/bad", "setup/pre/slow", "setup/pre/good", "setup/post/c")
	w.kubelet.decide(w.namespace, "bad", failsWith("no"))
	w.kubelet.decide(w.namespace, "slow", runs)
	ctx, interrupt := context.WithCancel(t.Context())
	events, done := w.inBackground(ctx, w.request(engine.VerbSetup, d, "1.0"))
	w.eventually("the start", func() error {
		return errors.Join(events.has("ActionStarted slow#1"), events.has("ActionSucceeded good#1"), events.has("ActionFailed bad#1"))
	})
	interrupt()
	within(t, patience, "the interruption", done)

	planned := w.plan(w.request(engine.VerbSetup, d, "1.0"))
	expect(t, "why", planned.Why, []lifecycle.Cause{lifecycle.CauseUnfinished})
	expect(t, "modes", modes(planned), []string{"pre: bad Retry#2 slow Adopt#1 good Skip#1", "core: helm Start", "post: c Start#1"})
	expect(t, "resumption", planned.Run.Resumption, lifecycle.Resumes)

	planned = w.plan(w.request(engine.VerbSetup, d, "1.0", size(9)))
	expect(t, "other inputs", planned.Run.Resumption, lifecycle.OtherInputs)
	expect(t, "other inputs", planned.Run.Inputs.Parameters, []string{"size"})
	if len(planned.Refused) != 1 || !strings.Contains(planned.Refused[0], "action slow of run") {
		t.Errorf("beside an action at work: found refusals %q", planned.Refused)
	}

	w.must(w.kubelet.endAll(t.Context(), w.namespace, "slow", ending{message: result(jobs.Result{Outcome: "succeeded"})}))
	w.eventually("the Job's end", func() error {
		for _, job := range w.jobs(w.deployment().Status.Run.ID) {
			if job.Annotations[v1.AnnotationAction] == "slow" && jobs.StateOf(&job) == v1.ActionSucceeded {
				return nil
			}
		}
		return errors.New("it is under way")
	})
	planned = w.plan(w.request(engine.VerbSetup, d, "1.0"))
	expect(t, "modes", modes(planned), []string{"pre: bad Retry#2 slow Skip#1 good Skip#1", "core: helm Start", "post: c Start#1"})

	w.kubelet.decide(w.namespace, "bad", succeeds)
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	expect(t, "what ran", len(w.kubelet.order(w.namespace)), 5) // each once, and bad twice
}

// TestPlanAfterTheReleaseChanged: a run that failed in post does not touch the release again.
func TestPlanAfterTheReleaseChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/a", "setup/post/bad")
	w.kubelet.decide(w.namespace, "bad", failsWith("no"))
	if _, _, err := w.do(t.Context(), w.request(engine.VerbSetup, d, "1.0")); err == nil {
		t.Fatal("expected a failure in post")
	}
	planned := w.plan(w.request(engine.VerbUpgrade, d, "1.0"))
	expect(t, "modes", modes(planned), []string{"pre: a Skip#1", "core: helm Skip", "post: bad Retry#2"})
	if planned.Helm != nil || !planned.Changes || planned.Hook != v1.RunHookSetup {
		t.Errorf("unexpected plan %+v", planned)
	}
}

func TestPlanOfSomebodyElsesRelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/u")
	e, _ := w.engine(w.config)
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, d, "1.0"))
	w.must(err)
	_, err = e.Helm.Apply(t.Context(), helm.Request{Release: deploymentName, Chart: p.Chart, Values: map[string]any{"version": "theirs"}})
	w.must(err)
	planned := w.plan(w.request(engine.VerbUpgrade, d, "1.0"))
	expect(t, "why", planned.Why, []lifecycle.Cause{lifecycle.CauseDeployedByOthers})
	expect(t, "version", planned.Version, plan.Move{To: "1.0"})
	expect(t, "modes", modes(planned), []string{"pre: u Start#1", "core: helm Start", "post:"})
	if o := planned.Helm.Objects; len(o) != 1 || !strings.Contains(o[0].Diff, "-  version: theirs\n") {
		t.Errorf("unexpected objects %+v", o)
	}
}

// worker is a chart's template, and what StoppedIn finds stopped in it.
const worker = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
%s
spec:
  replicas: %d
  selector: {matchLabels: {app: worker}}
  template:
    metadata: {labels: {app: worker}}
    spec: {containers: [{name: worker, image: "worker:{{ .Values.version }}"}]}
`

// TestPlanOfWhatWasStopped: a worker that was stopped while the deployed revision
// was applied, and was started since, is no difference.
func TestPlanOfWhatWasStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	w.must(os.CopyFS(dir, os.DirFS("testdata")))
	w.must(os.WriteFile(filepath.Join(dir, "chart", "templates", "worker.yaml"), []byte(fmt.Sprintf(worker, "  labels: {}", 3)), 0o600))
	request := w.request(engine.VerbUpgrade, w.driverWith(), "1.0", func(r *engine.Request) { r.ChartDir = dir })
	setup := request
	setup.Verb = engine.VerbSetup
	e, _ := w.engine(w.config)
	p, err := e.Prepare(t.Context(), setup)
	w.must(err)
	stopped, err := components.StoppedIn([]byte(fmt.Sprintf(worker, `  annotations: {styrmin.io/replicas: "3"}`, 0)))
	w.must(err)
	_, err = e.Helm.Apply(t.Context(), helm.Request{Release: deploymentName, Chart: p.Chart, Values: p.Instance.Values, PostRender: stopped.Keep})
	w.must(err)

	started := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "worker"}}
	w.must(w.admin.Patch(t.Context(), started, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"annotations":{"styrmin.io/replicas":null}},"spec":{"replicas":3}}`))))

	request.Desired.Spec.Version = "2.0"
	planned := w.plan(request)
	for _, object := range planned.Helm.Objects {
		if object.Kind == "Deployment" && strings.Count(object.Diff, "\n-")+strings.Count(object.Diff, "\n+") != 2 {
			t.Errorf("expected the image to be the only difference, found:\n%s", object.Diff)
		}
	}
	expect(t, "objects", len(planned.Helm.Objects), 2)
}

// TestPlanOfAPendingRelease: what an engine of ours left is made again, what
// another client is at work on is left alone.
func TestPlanOfAPendingRelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith()
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	w.diesInHelm(w.request(engine.VerbUpgrade, d, "2.0"))
	planned := w.plan(w.request(engine.VerbUpgrade, d, "2.0"))
	expect(t, "revision", planned.Helm.Revision, 2)
	expect(t, "refusals", planned.Refused, []string{})

	record := &corev1.Secret{}
	record.Namespace, record.Name = w.namespace, release.Key(deploymentName, 2)
	w.must(w.admin.Patch(t.Context(), record, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"styrmin.io/run":null}}}`))))
	planned = w.plan(w.request(engine.VerbUpgrade, d, "2.0"))
	expect(t, "revision", planned.Helm.Revision, 3)
	if len(planned.Refused) != 1 || !strings.Contains(planned.Refused[0], "/app is pending-upgrade since ") {
		t.Errorf("found refusals %q", planned.Refused)
	}
}

func TestPlanSaysWhoHasTheLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lease := w.lease("other-host/1-abcde", time.Now().Add(-time.Hour))
	planned := w.plan(w.request(engine.VerbSetup, w.driverWith(), "1.0"))
	if planned.Lock == nil || planned.Lock.Identity != "other-host/1-abcde" || planned.Lock.Renewing || len(planned.Refused) > 0 {
		t.Errorf("a silent holder: found %+v, refused %q", planned.Lock, planned.Refused)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for ctx.Err() == nil {
			lease.Spec.RenewTime = ptr(metav1.NewMicroTime(time.Now()))
			_ = w.admin.Update(ctx, lease)
			time.Sleep(time.Second)
		}
	}()
	e, _ := w.engine(w.config)
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, w.driverWith(), "1.0"))
	w.must(err)
	planned, err = plan.Make(t.Context(), e, p)
	w.must(err)
	if planned.Lock == nil || !planned.Lock.Renewing || len(planned.Refused) != 1 || !strings.Contains(planned.Refused[0], "is being driven by other-host/1-abcde since ") {
		t.Errorf("a live holder: found %+v, refused %q", planned.Lock, planned.Refused)
	}
}

// readRules are what planning needs.
var readRules = []rbacv1.PolicyRule{
	{APIGroups: []string{"styrmin.io"}, Resources: []string{"styrmindeployments"}, Verbs: []string{"get", "list"}},
	{APIGroups: []string{""}, Resources: []string{"configmaps", "secrets"}, Verbs: []string{"get", "list"}},
	{APIGroups: []string{"apps"}, Resources: []string{"deployments", "statefulsets", "daemonsets", "replicasets"}, Verbs: []string{"list"}},
	{APIGroups: []string{"batch"}, Resources: []string{"jobs", "cronjobs"}, Verbs: []string{"list"}},
	{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, Verbs: []string{"get"}},
}

// TestPlanSaysWhatIsNotPermitted: who may read may plan, and is told what a run needs.
func TestPlanSaysWhatIsNotPermitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := "reader-" + w.namespace
	w.grant(user, readRules)
	config := rest.CopyConfig(w.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user}
	e, _ := w.engine(config)
	w.must(e.Look(t.Context(), w.namespace))
	p, err := e.Prepare(t.Context(), w.request(engine.VerbSetup, w.driverWith("setup/pre/a"), "1.0"))
	w.must(err)
	planned, err := plan.Make(t.Context(), e, p)
	w.must(err)
	if len(planned.Refused) != 2 || !strings.Contains(planned.Refused[0], "jobs.batch: ") || !strings.Contains(planned.Refused[1], "may not register it") {
		t.Errorf("found refusals %q", planned.Refused)
	}
	expect(t, "gate", planned.Gate.Mode, engine.GateUnknown)
}

func TestPlanOfAGuardedNamespace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/u")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}
	w.must(w.admin.Patch(t.Context(), namespace, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"styrmin.io/gate":"enforce"}}}`))))
	planned := w.plan(w.request(engine.VerbUpgrade, d, "2.0"))
	expect(t, "gate", planned.Gate.GateState, engine.GateState{Mode: engine.GateEnforced, WithoutWebhook: true})
	expect(t, "verdict", planned.Gate.Outcome, lifecycle.Held)
	if !strings.Contains(planned.Gate.Message, "held by styrmin: this release is governed by StyrminDeployment "+w.namespace+"/app") {
		t.Errorf("found message %q", planned.Gate.Message)
	}

	// The pre actions succeed, vouched by nobody: the gate would not count them.
	w.mustDo(w.request(engine.VerbUpgrade, d, "2.0", until(v1.ModePre)))
	planned = w.plan(w.request(engine.VerbUpgrade, d, "2.0"))
	expect(t, "reason", planned.Gate.Reason, lifecycle.ReasonMissing)
	for _, job := range w.jobs(w.deployment().Status.Run.ID) {
		patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"annotations":{"styrmin.io/requested-by":"me"}}}`))
		w.must(w.admin.Patch(t.Context(), &job, patch))
	}
	planned = w.plan(w.request(engine.VerbUpgrade, d, "2.0"))
	expect(t, "verdict", planned.Gate.Outcome, lifecycle.Allowed)
}

// TestAgreedPlan: what was agreed to is done, or nothing.
func TestAgreedPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("upgrade/pre/u")
	w.mustDo(w.request(engine.VerbSetup, d, "1.0"))
	e, _ := w.engine(w.config)
	p, err := e.Prepare(t.Context(), w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(err)
	p.Agreed = true
	w.mustDo(w.request(engine.VerbUpgrade, d, "1.0", size(5)))
	_, err = e.Do(t.Context(), p)
	var refused *engine.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "since the plan was shown") {
		t.Errorf("expected a refusal, found %v", err)
	}
	p, err = e.Prepare(t.Context(), w.request(engine.VerbUpgrade, d, "2.0"))
	w.must(err)
	p.Agreed = true
	if _, err = e.Do(t.Context(), p); err != nil {
		t.Errorf("nothing changed meanwhile: found %v", err)
	}
}
