package instance_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

func TestResolve(t *testing.T) {
	in := valid()
	i := in.resolve(t)
	want := instance.Context{
		Cluster: map[string]any{}, Environment: map[string]any{},
		Deployment: instance.Deployment{ID: "demo/notes", Name: "notes", Namespace: "demo"},
		Instance: instance.Settings{Namespace: "demo", Release: "notes", Config: map[string]any{
			"port": int64(8080), "ratio": 0.1, "big": 1e30, "zones": []any{"a", map[string]any{"b": []any{int64(1), int64(2)}}},
		}},
		App:        instance.App{Name: "notes", Version: "2.0.0", DriverVersion: "3", Chart: in.chart},
		Components: map[string]instance.Component{"api": {Labels: map[string]string{"app": "api", "tier": "web"}}},
		Parameters: map[string]any{"owner": "me", "size": int64(9007199254740993)},
		Services:   map[string]instance.Service{"http": {Kind: "http", Scope: "public", Port: 80, Component: "api"}},
	}
	if diff := cmp.Diff(want, i.Context); diff != "" {
		t.Errorf("context (-expected +found):\n%s", diff)
	}
	if i.Values["version"] != "2.0.0" || i.Values["owner"] != "me" {
		t.Errorf("unexpected values %v", i.Values)
	}
	if got, want := i.Target(), (lifecycle.Target{Instance: i.Digest, DriverDigest: i.Driver.Digest(), Version: "2.0.0"}); got != want {
		t.Errorf("the target is %+v, expected %+v", got, want)
	}
	if i.HelmInAction() {
		t.Error("the Helm upgrade is said to be in an action")
	}
}

func TestResolveDefaults(t *testing.T) {
	in := valid()
	in.deployment.Spec.Version, in.deployment.Spec.Release = "", "other"
	in.deployment.Spec.Parameters = raw("owner", `"me"`)
	in.object["metadata"].(map[string]any)["annotations"] = map[string]any{"styrmin.io/helm-upgrade": "in-action"}
	i := in.resolve(t)
	if i.Context.App.Version != "1.0.0" || i.Context.Parameters["size"] != int64(1) || i.Context.Instance.Release != "other" || !i.HelmInAction() {
		t.Errorf("unexpected instance %+v", i.Context)
	}
	delete(in.object["files"].(map[string]any), "values.j2.yml")
	if i := in.resolve(t); len(i.Values) != 0 {
		t.Errorf("without a template there are values: %v", i.Values)
	}
}

// TestResolveProblems: all at once, as the operator's mistake, without any value.
func TestResolveProblems(t *testing.T) {
	in := valid()
	in.deployment.Spec.Version = "9"
	in.deployment.Spec.Parameters = raw("size", `"hunter2"`, "colour", `"hunter2"`)
	in.deployment.Spec.Config = raw("password", `hunter2`)
	problems := resolveProblems(t, in)
	if len(problems.Problems) != 5 {
		t.Errorf("expected 5 problems, found %q", problems.Problems)
	}
	if strings.Contains(problems.Error(), "hunter2") {
		t.Errorf("a value is shown: %v", problems)
	}
	in = valid()
	in.file("values.j2.yml", "a: 1\nb: {{ nonsense | nofilter }}\n")
	if problems := resolveProblems(t, in); !strings.Contains(problems.Error(), "values.j2.yml") {
		t.Errorf("expected the template's name in: %v", problems)
	}
}

// TestCheckActions: settings of an action that the driver does not declare would have no effect.
func TestCheckActions(t *testing.T) {
	in := valid()
	d, err := driver.FromObject(in.object)
	if err != nil {
		t.Fatal(err)
	}
	in.deployment.Spec.Jobs.Actions = map[string]v1.ActionSettings{"stop": {TimeoutSeconds: 5}}
	if problems := instance.Check(d, in.deployment); len(problems) > 0 {
		t.Errorf("found %q", problems)
	}
	in.deployment.Spec.Jobs.Actions["stpo"] = v1.ActionSettings{}
	want := `action stpo has settings, but the driver declares no such action; did you mean "stop"?`
	if problems := instance.Check(d, in.deployment); len(problems) != 1 || problems[0] != want {
		t.Errorf("found %q", problems)
	}
}

func resolveProblems(t *testing.T, in *inputs) *instance.ProblemsError {
	t.Helper()
	d, err := driver.FromObject(in.object)
	if err != nil {
		t.Fatal(err)
	}
	_, err = instance.Resolve(d, in.deployment, in.chart)
	var problems *instance.ProblemsError
	if !errors.As(err, &problems) {
		t.Fatalf("expected problems, got %v", err)
	}
	return problems
}

// changes are the ways in which inputs can differ.
var changes = map[string]func(*inputs){
	"version":            func(in *inputs) { in.deployment.Spec.Version = "2.0.1" },
	"parameter":          func(in *inputs) { in.deployment.Spec.Parameters = raw("owner", `"you"`, "size", `9007199254740993`) },
	"large integer":      func(in *inputs) { in.deployment.Spec.Parameters = raw("owner", `"me"`, "size", `9007199254740992`) },
	"config":             func(in *inputs) { in.deployment.Spec.Config = raw("port", `8081`) },
	"config's kind":      func(in *inputs) { in.deployment.Spec.Config["port"] = raw("", `"8080"`)[""] },
	"name":               func(in *inputs) { in.deployment.Name = "other" },
	"namespace":          func(in *inputs) { in.deployment.Namespace = "other" },
	"release":            func(in *inputs) { in.deployment.Spec.Release = "other" },
	"driver's version":   func(in *inputs) { in.spec()["version"] = "4" },
	"driver's component": func(in *inputs) { in.spec()["components"] = map[string]any{} },
	"action":             func(in *inputs) { in.spec()["actions"] = []any{} },
	"actions.py":         func(in *inputs) { in.file("actions.py", "def stop():\n    return\n") },
	"module":             func(in *inputs) { in.file("helper.py", "") },
	"template":           func(in *inputs) { in.file("values.j2.yml", template+"more: 1\n") },
	"template's comment": func(in *inputs) { in.file("values.j2.yml", template+"# more\n") },
	"unknown field":      func(in *inputs) { in.spec()["upstream"] = "new" },
	"chart's version":    func(in *inputs) { in.chart.Version = "0.2.0" },
	"chart's templates":  func(in *inputs) { in.chart.Templates = "u" },
	"chart's other file": func(in *inputs) { in.chart.Digest = "e" },
}

// TestDigest: equal inputs have equal digests, any other input another one.
func TestDigest(t *testing.T) {
	seen := map[string]string{valid().resolve(t).Digest: "unchanged"}
	for range 20 { // maps are gone through in another order each time
		if again := valid().resolve(t).Digest; seen[again] == "" {
			t.Fatalf("the same inputs have the digests %v and %s", seen, again)
		}
	}
	for name, change := range changes {
		in := valid()
		change(in)
		digest := in.resolve(t).Digest
		if twin, taken := seen[digest]; taken {
			t.Errorf("%s: the digest is that of %s", name, twin)
		}
		seen[digest] = name
		if len(digest) != 32 {
			t.Errorf("the digest %s has %d digits", digest, len(digest))
		}
	}
}

// TestDigestIsBlindToSpelling: 1 and 1.0, white space and job settings make no other run.
func TestDigestIsBlindToSpelling(t *testing.T) {
	want := valid().resolve(t).Digest
	in := valid()
	in.deployment.Spec.Config = raw("zones", ` [ "a" , {"b": [1, 2]} ] `, "big", `1e+30`, "ratio", `0.10`, "port", `8080`)
	in.deployment.Spec.Jobs.Retries = 3
	in.deployment.Labels = map[string]string{"team": "a"}
	if got := in.resolve(t).Digest; got != want {
		t.Errorf("the digest is %s, expected %s", got, want)
	}
}

func TestFingerprint(t *testing.T) {
	i := valid().resolve(t)
	got, err := i.Fingerprint()
	digest, _ := release.ValuesDigest(i.Values)
	if want := (release.Fingerprint{Chart: "notes", Version: "0.1.0", Templates: "t", Values: digest}); err != nil || got != want {
		t.Errorf("the fingerprint is %+v, %v, expected %+v", got, err, want)
	}
	known, err := i.ForGate()
	if err != nil || known.Fingerprint != got || known.Target != i.Target() || len(known.Actions) != 1 {
		t.Errorf("unexpected %+v, %v", known, err)
	}
}
