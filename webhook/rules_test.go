package webhook

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

func TestParseKey(t *testing.T) {
	for key, expected := range map[string]struct {
		name     string
		revision int
		ok       bool
	}{
		"sh.helm.release.v1.app.v12":     {"app", 12, true},
		"sh.helm.release.v1.a.v1.v2":     {"a.v1", 2, true},
		"sh.helm.release.v1.app":         {"", 0, false},
		"sh.helm.release.v1.app.v0":      {"app", 0, false},
		"sh.helm.release.v1.app.v-1":     {"app", -1, false},
		"sh.helm.release.v1.app.vlatest": {"app", 0, false},
		"sh.helm.release.v1..v1":         {"", 0, false},
		"other.app.v1":                   {"", 0, false},
	} {
		name, revision, ok := parseKey(key)
		if ok != expected.ok || ok && (name != expected.name || revision != expected.revision) {
			t.Errorf("%s: found %q %d %v, expected %+v", key, name, revision, ok, expected)
		}
	}
}

func TestCandidates(t *testing.T) {
	meta := &metav1.ObjectMeta{Name: "sh.helm.release.v1.byname.v1", Labels: map[string]string{release.LabelName: "bylabel"}}
	if got := candidates(&release.Record{Name: "bypayload"}, meta); !slices.Equal(got, []string{"bypayload", "bylabel", "byname"}) {
		t.Errorf("found %q", got)
	}
	if got := candidates(nil, &metav1.ObjectMeta{Name: "x"}); len(got) != 0 {
		t.Errorf("found %q, expected none", got)
	}
}

func TestOldestGoverning(t *testing.T) {
	deployment := func(name, release string, age int) v1.StyrminDeployment {
		created := metav1.NewTime(time.Unix(1e9-int64(age), 0))
		return v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: created}, Spec: v1.StyrminDeploymentSpec{Release: release}}
	}
	all := []v1.StyrminDeployment{deployment("young", "app", 1), deployment("old", "app", 9), deployment("app2", "", 99)}
	if got := oldestGoverning(all, "app"); got == nil || got.Name != "old" {
		t.Errorf("found %v, expected old", got)
	}
	if got := oldestGoverning(all, "app2"); got == nil || got.Name != "app2" {
		t.Errorf("found %v, expected app2, which governs the release of its own name", got)
	}
	if got := oldestGoverning(all, "other"); got != nil {
		t.Errorf("found %v, expected none", got.Name)
	}
}

func TestAnswers(t *testing.T) {
	held := answer{outcome: outcomeHeld, message: "held by styrmin"}
	for name, c := range map[string]struct {
		answer   answer
		allowed  bool
		code     int32
		warnings int
	}{
		"allowed":          {allow("X", "careful"), true, 200, 1},
		"not governed":     {answer{outcome: outcomeNotGoverned}, true, 200, 0},
		"held":             {held, false, 403, 0},
		"held, warn only":  {held.warned(), true, 200, 1},
		"our own failure":  {undecided("ns", errors.New("boom")), false, 500, 0},
		"failure, warn":    {undecided("ns", errors.New("boom")).warned(), true, 200, 1},
		"allowed, warn":    {allow("X").warned(), true, 200, 0},
		"several problems": {deny("X", "it is bad", "a", "b"), false, 403, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.answer.response()
			if got.Allowed != c.allowed || got.Result.Code != c.code || len(got.Warnings) != c.warnings {
				t.Errorf("found allowed=%v code=%d warnings=%q", got.Allowed, got.Result.Code, got.Warnings)
			}
		})
	}
	if got := deny("X", "it is bad", "a", "b").message; got != "styrmin: it is bad, 2 problems:\n- a\n- b" {
		t.Errorf("found %q", got)
	}
}

func TestFromVerdict(t *testing.T) {
	held := fromVerdict(lifecycle.Verdict{Outcome: lifecycle.Held, Reason: lifecycle.ReasonNoRun, Deployment: "app"}, "ns")
	if held.outcome != outcomeHeld || !strings.Contains(held.message, "StyrminDeployment ns/app") {
		t.Errorf("found %+v", held)
	}
	allowed := fromVerdict(lifecycle.Verdict{Outcome: lifecycle.Allowed, Reason: lifecycle.ReasonRollback, Warning: "w"}, "ns")
	if allowed.outcome != outcomeAllowed || allowed.message != "" || !slices.Equal(allowed.warnings, []string{"w"}) {
		t.Errorf("found %+v", allowed)
	}
}

func TestTrustedImage(t *testing.T) {
	for _, c := range []struct {
		image, annotation string
		expected          bool
	}{
		{"reg/a:1", "", false},
		{"reg/a:1", "reg/", true},
		{"reg/a:1", "other/, reg/a", true},
		{"reg/a:1", "any", true},
		{"reg/a:1", ",", false},
		{"regular/a:1", "reg/", false},
	} {
		if got := trustedImage(c.image, strings.Split(c.annotation, ",")); got != c.expected {
			t.Errorf("%s in %q: found %v", c.image, c.annotation, got)
		}
	}
}

func TestCurrentVersion(t *testing.T) {
	status := v1.StyrminDeploymentStatus{
		Run:    &v1.Run{ID: "run1", FromVersion: "1.0"},
		Active: &v1.ActiveInstance{Version: "1.5"},
	}
	deployment := &v1.StyrminDeployment{Status: status}
	if got := currentVersion(deployment, "run1", v1.HookUpgrade); got != "1.0" {
		t.Errorf("the recorded run: found %q", got)
	}
	if got := currentVersion(deployment, "run2", v1.HookUpgrade); got != "1.5" {
		t.Errorf("another run: found %q", got)
	}
	if got := currentVersion(deployment, "run1", v1.HookSetup); got != "" {
		t.Errorf("setup: found %q", got)
	}
	if got := currentVersion(&v1.StyrminDeployment{}, "run1", v1.HookUpgrade); got != "" {
		t.Errorf("nothing known: found %q", got)
	}
}

func TestPinned(t *testing.T) {
	for _, c := range []struct {
		pin, version string
		expected     bool
	}{
		{"", "1.2.3", true}, {"1.2.3", "1.2.3", true}, {"v1.2.3", "1.2.3", true}, {"^1.2", "1.9.0", true},
		{"1.2.3", "1.2.4", false}, {"not a version", "1.2.3", false}, {"1.2.3", "", false},
	} {
		if got := pinned(c.pin, c.version); got != c.expected {
			t.Errorf("%q in %q: found %v", c.version, c.pin, got)
		}
	}
}

func TestPathOf(t *testing.T) {
	for problem, expected := range map[string]string{
		"parameter size: expected an integer":          "spec.parameters[size]",
		"parameter size is required":                   "spec.parameters[size]",
		"config password: its value is not JSON":       "spec.config[password]",
		"version 9 is not supported by driver x":       "spec.version",
		"no version given, and the driver has no such": "spec.version",
	} {
		if got := pathOf(problem); got != expected {
			t.Errorf("%q: found %s, expected %s", problem, got, expected)
		}
	}
}

func TestCheckNames(t *testing.T) {
	for name, c := range map[string]struct {
		deployment, release string
		problems            int
	}{
		"fine":                   {"app", "", 0},
		"long name, own release": {strings.Repeat("a", 60), "app", 0},
		"long name":              {strings.Repeat("a", 60), "", 1},
		"too long for a label":   {strings.Repeat("a", 64), "app", 1},
		"odd release":            {"app", "App_1", 1},
	} {
		d := &v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Name: c.deployment}, Spec: v1.StyrminDeploymentSpec{Release: c.release}}
		if got := checkNames(d); len(got) != c.problems {
			t.Errorf("%s: found %q", name, got)
		}
	}
}

func TestChanges(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*batchv1.Job)
		user     string
		expected int
	}{
		"nothing":           {func(*batchv1.Job) {}, "u", 0},
		"foreign metadata":  {func(j *batchv1.Job) { j.Annotations["x"] = "y" }, "u", 0},
		"finalizers":        {func(j *batchv1.Job) { j.Finalizers = []string{"x"} }, "u", 0},
		"label":             {func(j *batchv1.Job) { j.Labels[v1.LabelAction] = "x" }, "u", 1},
		"annotation":        {func(j *batchv1.Job) { delete(j.Annotations, v1.AnnotationBaseRevision) }, "u", 1},
		"owner":             {func(j *batchv1.Job) { j.OwnerReferences = nil }, "u", 1},
		"owner, by the GC":  {func(j *batchv1.Job) { j.OwnerReferences = nil }, garbageCollector, 0},
		"spec":              {func(j *batchv1.Job) { j.Spec.Suspend = nil }, "u", 1},
		"all":               {func(j *batchv1.Job) { *j = batchv1.Job{} }, "u", 4},
		"spec, by whomever": {func(j *batchv1.Job) { j.Spec.Completions = nil }, garbageCollector, 1},
	} {
		t.Run(name, func(t *testing.T) {
			current := renderedJob()
			c.change(current)
			if got := changes(renderedJob(), current, c.user); len(got) != c.expected {
				t.Errorf("found %q, expected %d", got, c.expected)
			}
		})
	}
}

func TestOverwriteLeavesNothingOfTheClients(t *testing.T) {
	rendered := renderedJob()
	sent := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Name:        rendered.Name,
		Labels:      map[string]string{"styrmin.io/mode": "post", "styrmin.io/extra": "x", "team": "a"},
		Annotations: map[string]string{v1.AnnotationRequester: "somebody", v1.AnnotationBaseRevision: "9999"},
	}}
	overwrite(sent, rendered, "me")
	if sent.Labels["styrmin.io/extra"] != "" || sent.Labels["styrmin.io/mode"] != "pre" || sent.Labels["team"] != "a" {
		t.Errorf("labels: found %v", sent.Labels)
	}
	if sent.Annotations[v1.AnnotationRequester] != "me" || sent.Annotations[v1.AnnotationBaseRevision] != "0" {
		t.Errorf("annotations: found %v", sent.Annotations)
	}
	if rendered.Annotations[v1.AnnotationRequester] != "" {
		t.Error("the rendering was changed")
	}
}

func TestAcceptOlderBase(t *testing.T) {
	for _, c := range []struct{ found, newest, expected string }{
		{"3", "5", "3"}, {"5", "5", "5"}, {"6", "5", "5"}, {"-1", "5", "5"}, {"x", "5", "5"}, {"", "5", "5"},
	} {
		job, rendered := renderedJob(), renderedJob()
		job.Annotations[v1.AnnotationBaseRevision], rendered.Annotations[v1.AnnotationBaseRevision] = c.found, c.newest
		acceptOlderBase(job, rendered)
		if got := rendered.Annotations[v1.AnnotationBaseRevision]; got != c.expected {
			t.Errorf("%q with newest %s: expected rendering %s, found %s", c.found, c.newest, c.expected, got)
		}
	}
}
