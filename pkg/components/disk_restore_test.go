package components

import (
	"encoding/json"
	"reflect"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/components/snapshot"
)

// TestRemember: a restore goes on only while nothing can have been written, and never forgets what ran before.
func TestRemember(t *testing.T) {
	set := func(replicas int32, generation int64) workload {
		return workload{kind: statefulSet, meta: metav1.ObjectMeta{Name: "w", UID: "u", Generation: generation}, replicas: replicas}
	}
	job := workload{kind: cronJob, meta: metav1.ObjectMeta{Name: "j", UID: "v", Generation: 1}}
	marked := func(m snapshot.Mark) snapshot.Set {
		content, err := json.Marshal(m)
		must(t, err)
		return snapshot.Set{Snapshots: []snapshot.Snapshot{{}, {ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{v1.AnnotationRestore: string(content)}}}}}
	}
	stopped := map[string]string{"statefulset/w": "u/2", "cronjob/j": "v/1"}
	midway := marked(snapshot.Mark{ID: "id", Running: []string{"statefulset/w"}, Stopped: stopped})
	none := snapshot.Set{Snapshots: []snapshot.Snapshot{{}}}
	for name, test := range map[string]struct {
		set       snapshot.Set
		others    []snapshot.Set
		workloads []workload
		want      snapshot.Mark
	}{
		"the first, while it runs":   {none, nil, []workload{set(1, 1), job}, snapshot.Mark{Running: []string{"statefulset/w"}}},
		"the first, stopped before":  {none, nil, []workload{set(0, 2), job}, snapshot.Mark{}},
		"midway":                     {midway, nil, []workload{set(0, 2), job}, snapshot.Mark{ID: "id", Running: []string{"statefulset/w"}, Stopped: stopped}},
		"started since":              {midway, nil, []workload{set(1, 2), job}, snapshot.Mark{Running: []string{"statefulset/w"}, Stopped: stopped}},
		"started and stopped since":  {midway, nil, []workload{set(0, 4), job}, snapshot.Mark{Running: []string{"statefulset/w"}, Stopped: stopped}},
		"another workload since":     {midway, nil, []workload{set(0, 2)}, snapshot.Mark{Running: []string{"statefulset/w"}, Stopped: stopped}},
		"killed before it had an ID": {marked(snapshot.Mark{Running: []string{"statefulset/w"}}), nil, []workload{set(0, 2), job}, snapshot.Mark{Running: []string{"statefulset/w"}}},
		"another backup's, midway":   {none, []snapshot.Set{midway}, []workload{set(0, 2), job}, snapshot.Mark{Running: []string{"statefulset/w"}}},
		"a mark that is no JSON": {snapshot.Set{Snapshots: []snapshot.Snapshot{{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{v1.AnnotationRestore: "{"}}}}}, nil,
			[]workload{set(0, 2)}, snapshot.Mark{}},
	} {
		r := &diskRestore{set: test.set, others: test.others}
		if got := r.remember(test.workloads); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: found %+v, expected %+v", name, got, test.want)
		}
	}
}
