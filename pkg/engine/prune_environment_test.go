package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

// TestForgottenRunsLeaveNothing: of runs that fail, too, there is what belongs to the
// history, to the run under way and to what is deployed, and nothing else.
func TestForgottenRunsLeaveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.driverWith("setup/pre/first", "upgrade/pre/a")
	e, _ := w.engine(w.printing("working\n"))
	w.mustPrint(e, w.request(engine.VerbSetup, d, "1.0"))
	w.kubelet.decide(w.namespace, "a", failsWith("no"))
	for i := range v1.HistoryLimit + 3 {
		var failed *engine.FailedError
		if err := w.print(e, w.request(engine.VerbUpgrade, d, "2.0", size(i+2))); !errors.As(err, &failed) {
			t.Fatalf("expected run %d to fail, got %v", i, err)
		}
	}
	w.expectKept("after runs that failed")

	w.kubelet.decide(w.namespace, "a", succeeds)
	for i := range 3 {
		w.mustPrint(e, w.request(engine.VerbUpgrade, d, []string{"2.0", "1.0"}[i%2], size(50+i)))
	}
	w.expectKept("after runs that succeeded")
}

// print carries a request out with an engine whose pods print.
func (w *world) print(e *engine.Engine, request engine.Request) error {
	w.t.Helper()
	p, err := e.Prepare(w.t.Context(), request)
	w.must(err)
	_, err = e.Do(w.t.Context(), p)
	return err
}

func (w *world) mustPrint(e *engine.Engine, request engine.Request) {
	w.t.Helper()
	w.must(w.print(e, request))
}

// expectKept compares what there is of runs with what the status knows: a Job, its pod and
// a kept output each, a frozen instance each, and that of what is deployed.
func (w *world) expectKept(when string) {
	w.t.Helper()
	status := w.deployment().Status
	want := []string{"Instance " + status.Active.Instance, "Secret " + status.Active.Instance}
	for _, run := range append(status.History, status.Run.Summary()) {
		want = append(want, "Job "+run.ID, "Pod "+run.ID, "Log "+run.ID, "Instance "+run.Instance, "Secret "+run.Instance)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	w.eventually("what is kept "+when, func() error {
		if found := w.ofRuns(); !slices.Equal(found, want) {
			return fmt.Errorf("found\n%s\nexpected\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
		}
		return nil
	})
	if records := len(w.records()); records > v1.HistoryLimit {
		w.t.Errorf("%s: %d revisions of the release, expected at most %d", when, records, v1.HistoryLimit)
	}
}

// ofRuns lists everything that bears the deployment's label, by its run or its instance.
func (w *world) ofRuns() []string {
	w.t.Helper()
	var found []string
	for kind, list := range map[string]client.ObjectList{
		"Job": &batchv1.JobList{}, "Pod": &corev1.PodList{}, "ConfigMap": &corev1.ConfigMapList{}, "Secret": &corev1.SecretList{},
	} {
		w.must(w.admin.List(w.t.Context(), list, client.InNamespace(w.namespace), client.MatchingLabels{v1.LabelDeployment: deploymentName}))
		w.must(meta.EachListItem(list, func(item runtime.Object) error {
			labels := item.(client.Object).GetLabels()
			switch kind {
			case "ConfigMap":
				if labels[v1.LabelRun] != "" {
					found = append(found, "Log "+labels[v1.LabelRun])
				} else {
					found = append(found, "Instance "+labels[v1.LabelInstance])
				}
			case "Secret":
				found = append(found, "Secret "+labels[v1.LabelInstance])
			default:
				found = append(found, kind+" "+labels[v1.LabelRun])
			}
			return nil
		}))
	}
	slices.Sort(found)
	return found
}
