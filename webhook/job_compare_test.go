package webhook

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

func renderedJob() *batchv1.Job {
	return jobs.Build(jobs.Spec{
		Deployment:    &v1.StyrminDeployment{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "app", UID: "u"}},
		Instance:      strings.Repeat("a", 32),
		InstanceName:  "styrmin-app-aaaaaaaaaaaa",
		TargetVersion: "2.0", DriverVersion: "1", Run: "run1", CurrentVersion: "1.0",
		Action:  v1.Action{Name: "pre_upgrade", Hook: v1.HookUpgrade, Mode: v1.ModePre, Location: "actions.py::f"},
		Attempt: 1,
	})
}

// stored is the Job as an API server stores it, with its defaults.
func stored(t *testing.T) map[string]any {
	t.Helper()
	raw, err := json.Marshal(renderedJob())
	if err != nil {
		t.Fatal(err)
	}
	var job map[string]any
	if err := json.Unmarshal(raw, &job); err != nil {
		t.Fatal(err)
	}
	spec := at(job, "spec")
	spec["manualSelector"] = false
	spec["selector"] = map[string]any{"matchLabels": map[string]any{"batch.kubernetes.io/controller-uid": "x"}}
	labels := at(spec, "template", "metadata", "labels")
	labels["batch.kubernetes.io/controller-uid"], labels["job-name"] = "x", "y"
	pod := at(spec, "template", "spec")
	pod["dnsPolicy"], pod["schedulerName"], pod["serviceAccount"] = "ClusterFirst", "default-scheduler", pod["serviceAccountName"]
	first(pod, "initContainers")["terminationMessagePath"] = "/dev/termination-log"
	return job
}

func at(object map[string]any, path ...string) map[string]any {
	for _, key := range path {
		object = object[key].(map[string]any)
	}
	return object
}

func first(object map[string]any, list string) map[string]any {
	return object[list].([]any)[0].(map[string]any)
}

func TestSpecDifferences(t *testing.T) {
	pod := func(job map[string]any) map[string]any { return at(job, "spec", "template", "spec") }
	for name, c := range map[string]struct {
		change   func(job map[string]any)
		expected []string
	}{
		"as stored":      {func(map[string]any) {}, nil},
		"completions":    {func(j map[string]any) { at(j, "spec")["completions"] = 0 }, []string{"spec.completions: differs"}},
		"manualSelector": {func(j map[string]any) { at(j, "spec")["manualSelector"] = true }, []string{"spec.manualSelector: is not expected"}},
		"selector": {func(j map[string]any) {
			at(j, "spec")["selector"] = map[string]any{"matchLabels": map[string]any{"app": "x"}}
		}, []string{"spec.selector: is not expected"}},
		"managedBy": {func(j map[string]any) { at(j, "spec")["managedBy"] = "me" }, []string{"spec.managedBy: is not expected"}},
		"successPolicy": {func(j map[string]any) {
			at(j, "spec")["successPolicy"] = map[string]any{"rules": []any{map[string]any{"succeededCount": 1}}}
		}, []string{"spec.successPolicy: is not expected"}},
		"a field of tomorrow": {func(j map[string]any) { at(j, "spec")["pretendItSucceeded"] = true }, []string{"spec.pretendItSucceeded: is not expected"}},
		"container": {func(j map[string]any) {
			p := pod(j)
			p["containers"] = append(p["containers"].([]any), map[string]any{"name": "sidecar", "image": "x"})
		}, []string{"spec.template.spec.containers: differs"}},
		"volume": {func(j map[string]any) {
			p := pod(j)
			p["volumes"] = append(p["volumes"].([]any), map[string]any{"name": "x"})
		}, []string{"spec.template.spec.volumes: differs"}},
		"volume's source": {func(j map[string]any) {
			first(pod(j), "volumes")["hostPath"] = map[string]any{"path": "/"}
			delete(first(pod(j), "volumes"), "emptyDir")
		}, []string{"spec.template.spec.volumes[0].hostPath: is not expected"}},
		"env": {func(j map[string]any) {
			action := first(pod(j), "containers")
			action["env"] = append(action["env"].([]any), map[string]any{"name": "PYTHONPATH", "value": "/x"})
		}, []string{"spec.template.spec.containers[0].env: differs"}},
		"env from": {func(j map[string]any) { first(pod(j), "containers")["envFrom"] = []any{map[string]any{"prefix": "A"}} }, []string{"spec.template.spec.containers[0].envFrom: is not expected"}},
		"image":    {func(j map[string]any) { first(pod(j), "containers")["image"] = "x" }, []string{"spec.template.spec.containers[0].image: differs"}},
		"no user":  {func(j map[string]any) { delete(at(pod(j), "securityContext"), "runAsNonRoot") }, []string{"spec.template.spec.securityContext.runAsNonRoot: is missing"}},
		"account":  {func(j map[string]any) { pod(j)["serviceAccount"] = "other" }, []string{"spec.template.spec.serviceAccount: is not expected"}},
		"two": {func(j map[string]any) { at(j, "spec")["suspend"] = true; pod(j)["hostNetwork"] = true },
			[]string{"spec.suspend: differs", "spec.template.spec.hostNetwork: is not expected"}},
	} {
		t.Run(name, func(t *testing.T) {
			job := stored(t)
			c.change(job)
			raw, err := json.Marshal(job)
			if err != nil {
				t.Fatal(err)
			}
			got := specDifferences(&renderedJob().Spec, raw)
			slices.Sort(got)
			if len(got) != len(c.expected) {
				t.Fatalf("found %q, expected %q", got, c.expected)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], c.expected[i]) {
					t.Errorf("found %q, expected %q", got[i], c.expected[i])
				}
			}
		})
	}
}
