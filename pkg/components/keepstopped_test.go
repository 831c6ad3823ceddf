package components

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

const release = `---
# Source: notes/templates/worker.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
spec:
  replicas: 3
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  replicas: 2
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: sweep
spec:
  schedule: "* * * * *"
`

func TestKeepStoppedWorkloads(t *testing.T) {
	kept, err := Stopped{"deployment/worker": {kind: deployment, count: "5"}, "cronjob/sweep": {kind: cronJob, count: "1"}}.Keep([]byte(release))
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		Metadata struct {
			Name        string
			Annotations map[string]string
		}
		Spec struct {
			Replicas *int
			Suspend  *bool
		}
	}
	got := map[string]string{}
	for _, document := range strings.Split(string(kept), "---\n")[1:] {
		var o object
		if err := yaml.Unmarshal([]byte(document), &o); err != nil {
			t.Fatal(err)
		}
		summary, err := yaml.Marshal(map[string]any{"spec": o.Spec, "annotations": o.Metadata.Annotations})
		if err != nil {
			t.Fatal(err)
		}
		got[o.Metadata.Name] = string(summary)
	}
	want := map[string]string{
		"worker": "annotations:\n  styrmin.io/replicas: \"3\"\nspec:\n  Replicas: 0\n  Suspend: null\n",
		"server": "annotations: null\nspec:\n  Replicas: 2\n  Suspend: null\n",
		"sweep":  "annotations:\n  styrmin.io/suspended: \"1\"\nspec:\n  Replicas: null\n  Suspend: true\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Keep (-want +got):\n%s", diff)
	}
}

func TestKeepLeavesTheManifestAloneWhenNothingIsStopped(t *testing.T) {
	kept, err := Stopped{}.Keep([]byte(release))
	if err != nil || string(kept) != release {
		t.Errorf("Keep = %q, %v; want the manifest unchanged", kept, err)
	}
}

// TestStoppedIn: what Keep stopped is found again, and nothing else.
func TestStoppedIn(t *testing.T) {
	stopped := Stopped{"deployment/worker": {kind: deployment, count: "3"}, "cronjob/sweep": {kind: cronJob, count: "1"}}
	kept, err := stopped.Keep([]byte(release))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		manifest string
		want     Stopped
	}{
		"kept stopped":          {string(kept), stopped},
		"all at work":           {release, Stopped{}},
		"none wanted":           {strings.ReplaceAll(release, "replicas: 3", "replicas: 0"), Stopped{}},
		"started with its mark": {strings.Replace(string(kept), "replicas: 0", "replicas: 3", 1), Stopped{"cronjob/sweep": {kind: cronJob, count: "1"}}},
		"no YAML":               {"---\na: [\n" + string(kept), stopped},
		"nothing":               {"", Stopped{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := StoppedIn([]byte(tt.manifest))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(resting{})); diff != "" {
				t.Errorf("(-expected +found)\n%s", diff)
			}
		})
	}
}

// TestKeepLeavesCountsToWhoeverHasThem: a chart that names no count leaves it to an
// autoscaler, or to Kubernetes, and then what the stop recorded is all there is to restore.
func TestKeepLeavesCountsToWhoeverHasThem(t *testing.T) {
	const uncounted = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: worker\n"
	for _, tt := range []struct {
		name string
		was  resting
		want string
	}{
		{"an autoscaler's", resting{kind: deployment, count: "5", autoscaled: true}, uncounted},
		{
			"nobody's", resting{kind: deployment, count: "5"},
			"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations:\n    styrmin.io/replicas: \"5\"\n  name: worker\nspec:\n  replicas: 0\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kept, err := Stopped{"deployment/worker": tt.was}.Keep([]byte(uncounted))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("---\n"+tt.want, string(kept)); diff != "" {
				t.Errorf("(-expected +found)\n%s", diff)
			}
		})
	}
}

func TestKeepADaemonSetStopped(t *testing.T) {
	const agent = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: agent\nspec:\n  template:\n    spec:\n      nodeSelector:\n        disk: ssd\n"
	stopped := Stopped{"daemonset/agent": {kind: daemonSet, count: "1"}}
	kept, err := stopped.Keep([]byte(agent))
	if err != nil {
		t.Fatal(err)
	}
	const want = "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  annotations:\n    styrmin.io/suspended: \"1\"\n  name: agent\n" +
		"spec:\n  template:\n    spec:\n      nodeSelector:\n        disk: ssd\n        styrmin.io/stopped: \"true\"\n"
	if diff := cmp.Diff(want, string(kept)); diff != "" {
		t.Errorf("(-expected +found)\n%s", diff)
	}
	found, err := StoppedIn(kept)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(stopped, found, cmp.AllowUnexported(resting{})); diff != "" {
		t.Errorf("StoppedIn (-expected +found)\n%s", diff)
	}
}
