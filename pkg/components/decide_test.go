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
			start, err := starting(w)
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range []struct {
				change *change
				want   string
			}{{stopping(w), test.stop}, {start, test.start}} {
				if patch := patchOf(t, w, got.change); !strings.Contains(patch, got.want) || (patch == "") != (got.want == "") {
					t.Errorf("patch %s, expected %s", patch, got.want)
				}
			}
		})
	}
}

func patchOf(t *testing.T, w workload, c *change) string {
	t.Helper()
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

func TestCronJobIsSuspended(t *testing.T) {
	w := workload{kind: cronJob, replicas: 1, meta: metav1.ObjectMeta{Name: "w"}}
	const want = `{"metadata":{"annotations":{"styrmin.io/suspended":"1"},"resourceVersion":""},"spec":{"suspend":true}}`
	if patch := patchOf(t, w, stopping(w)); patch != want {
		t.Errorf("patch %s, expected %s", patch, want)
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
