package components

import (
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

func TestDecisions(t *testing.T) {
	record := func(count string) map[string]string { return map[string]string{v1.AnnotationReplicas: count} }
	for _, test := range []struct {
		name        string
		replicas    int32
		annotations map[string]string
		stop, start string // the end of each change's patch; "" is no change
	}{
		{"runs", 3, nil, `{"styrmin.io/replicas":"3"},"resourceVersion":""},"spec":{"replicas":0}`, ""},
		{"stopped by us", 0, record("3"), "", `{"styrmin.io/replicas":null},"resourceVersion":""},"spec":{"replicas":3}`},
		{"scaled to 0 by somebody", 0, nil, "", `{"styrmin.io/replicas":null},"resourceVersion":""},"spec":{"replicas":1}`},
		{"stopped by us, then scaled up by Helm", 2, record("3"),
			`{"styrmin.io/replicas":"2"},"resourceVersion":""},"spec":{"replicas":0}`, `{"styrmin.io/replicas":null},"resourceVersion":""},"spec":{"replicas":2}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := workload{kind: deployment, replicas: test.replicas, meta: metav1.ObjectMeta{Name: "w", Annotations: test.annotations}}
			for _, want := range []struct {
				decide func(workload) (*change, error)
				patch  string
			}{{stopping, test.stop}, {starting, test.start}} {
				if patch := patchOf(t, w, want.decide); !strings.Contains(patch, want.patch) || (patch == "") != (want.patch == "") {
					t.Errorf("patch %s, expected %s", patch, want.patch)
				}
			}
		})
	}
}

func patchOf(t *testing.T, w workload, decide func(workload) (*change, error)) string {
	t.Helper()
	c, err := decide(w)
	if err != nil {
		t.Fatal(err)
	}
	if c == nil {
		return ""
	}
	patch, err := c.patch(w)
	if err != nil {
		t.Fatal(err)
	}
	return string(patch)
}

func TestStartRefusesABrokenRecord(t *testing.T) {
	for _, record := range []string{"", "three", "-1", "0", "99999999999"} {
		w := workload{component: "worker", kind: deployment, meta: metav1.ObjectMeta{Name: "w", Annotations: map[string]string{v1.AnnotationReplicas: record}}}
		if _, err := starting(w); err == nil || !strings.Contains(err.Error(), "expected a number above 0") {
			t.Errorf("record %q: error %v", record, err)
		}
	}
}

// TestWhatHasNoCount: the two kinds that run or do not are stopped and started by other fields.
func TestWhatHasNoCount(t *testing.T) {
	recorded := metav1.ObjectMeta{Annotations: map[string]string{v1.AnnotationSuspended: "1"}}
	for _, test := range []struct {
		kind        kind
		stop, start string // the spec of the patch
	}{
		{cronJob, `{"suspend":true}`, `{"suspend":false}`},
		{
			daemonSet,
			`{"template":{"spec":{"nodeSelector":{"styrmin.io/stopped":"true"}}}}`,
			`{"template":{"spec":{"nodeSelector":{"styrmin.io/stopped":null}}}}`,
		},
	} {
		stop := `{"metadata":{"annotations":{"styrmin.io/suspended":"1"},"resourceVersion":""},"spec":` + test.stop + `}`
		if patch := patchOf(t, workload{kind: test.kind, replicas: 1}, stopping); patch != stop {
			t.Errorf("%s: patch %s, expected %s", test.kind, patch, stop)
		}
		start := `{"metadata":{"annotations":{"styrmin.io/suspended":null},"resourceVersion":""},"spec":` + test.start + `}`
		if patch := patchOf(t, workload{kind: test.kind, meta: recorded}, starting); patch != start {
			t.Errorf("%s: patch %s, expected %s", test.kind, patch, start)
		}
	}
}

func TestScaling(t *testing.T) {
	worker := workload{kind: deployment, replicas: 2, meta: metav1.ObjectMeta{Name: "worker"}}
	stopped := workload{kind: deployment, meta: metav1.ObjectMeta{Name: "worker", Annotations: map[string]string{v1.AnnotationReplicas: "3"}}}
	decide := func(replicas int32, scalers ...autoscaler) func(workload) (*change, error) {
		return func(w workload) (*change, error) { return scaling(w, replicas, scalers) }
	}
	if patch := patchOf(t, worker, decide(2)); patch != "" {
		t.Errorf("patch %s of what has that count, expected none", patch)
	}
	const want = `{"metadata":{"annotations":{"styrmin.io/replicas":null},"resourceVersion":""},"spec":{"replicas":3}}`
	for _, w := range []workload{worker, stopped} {
		if patch := patchOf(t, w, decide(3)); patch != want {
			t.Errorf("patch %s, expected %s", patch, want)
		}
	}
	var unsupported *UnsupportedError
	if _, err := decide(3)(workload{kind: daemonSet}); !errors.As(err, &unsupported) {
		t.Errorf("a DaemonSet: error %v, expected it to be unsupported", err)
	}
	scaler := autoscaler{name: "horizontalpodautoscaler/worker", target: "deployment/worker"}
	if _, err := decide(3, scaler)(worker); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "horizontalpodautoscaler/worker decides") {
		t.Errorf("with an autoscaler: error %v, expected it to be unsupported", err)
	}
}

func TestPick(t *testing.T) {
	set := FromDriver(v1.ApplicationDriverSpec{Components: map[string]v1.Component{
		"b": {Identifier: v1.Identifier{Label: map[string]string{"c": "b"}}},
		"a": {Identifier: v1.Identifier{Label: map[string]string{"c": "a"}}},
		"x": {},
	}})
	picked, err := set.Pick("b", "a", "b")
	if err != nil || len(picked) != 2 || picked[0].Name != "b" || picked[1].Name != "a" {
		t.Errorf("picked %v, %v; expected b, a", picked, err)
	}
	var unknown *UnknownError
	if _, err := set.Pick("a", "wroker"); !errors.As(err, &unknown) || err.Error() != `unknown component "wroker": the driver declares a, b, x` {
		t.Errorf("error %v", err)
	}
	if _, err := set.Pick("x"); err == nil || !strings.Contains(err.Error(), "spec.components.x.identifier.label") {
		t.Errorf("error %v, expected one about the missing labels", err)
	}
}
