package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// examples are the drivers that are shipped, each with its story on the real node.
var examples = map[string]func(*testing.T, *space){"notes": notes, "founding": founding, "infrahub": infrahub, "shop": shop}

// TestExamples: and each action is to be found in the cluster's Prefect server afterwards.
func TestExamples(t *testing.T) {
	for name, story := range examples {
		t.Run(name, func(t *testing.T) {
			s := newExampleSpace(t, name)
			story(t, s)
			s.expectReported(name)
		})
	}
}

func newExampleSpace(t *testing.T, name string) *space {
	t.Helper()
	needCluster(t)
	t.Parallel()
	return newNamedSpace(t, "example-"+name)
}

// TestExamplesWithoutPrefect: each flow has a server of its own then. It goes before all
// parallel tests, which need the cluster's.
func TestExamplesWithoutPrefect(t *testing.T) {
	needCluster(t)
	prefect := func(ctx context.Context, replicas int) {
		t.Helper()
		execute(ctx, cluster.kubeconfig, "", "kubectl", "-n", "styrmin", "scale", "deployment/prefect-server", fmt.Sprintf("--replicas=%d", replicas)).expect(t, 0)
		execute(ctx, cluster.kubeconfig, "", "kubectl", "-n", "styrmin", "rollout", "status", "deployment/prefect-server", "--timeout="+installTimeout.String()).expect(t, 0)
	}
	t.Cleanup(func() { prefect(cleanupWithin(t, installTimeout), 1) })
	prefect(t.Context(), 0)
	execute(t.Context(), cluster.kubeconfig, "", "kubectl", "-n", "styrmin", "wait", "pod", "-l", "app.kubernetes.io/name=prefect-server", "--for=delete", "--timeout="+patience.String()).expect(t, 0)
	for name, story := range examples {
		t.Run(name, func(t *testing.T) {
			s := newExampleSpace(t, name)
			story(t, s)
			for _, action := range s.deployment(name).Status.Run.Actions {
				if action.FlowRunURL != "" {
					t.Errorf("action %s reported to %s, expected that no server was there", action.Name, action.FlowRunURL)
				}
			}
		})
	}
}

// notes: what was written before an upgrade survives the migration of the
// database, and the worker, stopped in pre, is not started by Helm's change.
func notes(t *testing.T, s *space) {
	t.Helper()
	dir := filepath.Join(cluster.root, "examples", "notes")
	s.styrmin("setup", "notes", "--driver", dir, "--version", "1.0.0", "--set", "owner_email=you@example.org").expect(t, 0)
	proxy := fmt.Sprintf("/api/v1/namespaces/%s/services/notes-server:8080/proxy", s.name)
	for _, body := range []string{`Shopping\nmilk, bread`, `One line only`} {
		execute(t.Context(), s.kubeconfig, `{"body": "`+body+`"}`, "kubectl", "create", "--raw", proxy+"/notes", "-f", "-").expect(t, 0)
	}
	seen := s.record()

	s.styrmin("upgrade", "notes", "--driver", dir, "--version", "2.0.0", "--until", "core").expect(t, 0, "paused after core")
	live := s.workload("notes-worker")
	image := live.Spec.Template.Spec.Containers[0].Image
	if *live.Spec.Replicas != 0 || live.Status.Replicas != 0 || filepath.Base(image) != "notes:2.0.0" {
		t.Fatalf("the worker has image %s, asks for %d replicas and has %d; expected notes:2.0.0, stopped", image, *live.Spec.Replicas, live.Status.Replicas)
	}
	s.styrmin("status", "notes").expect(t, 0, "upgrade to 2.0.0, Post", "paused after core", "stop_worker", "version 1.0.0")

	s.styrmin("upgrade", "notes", "--driver", dir, "--version", "2.0.0").expect(t, 0, "resumed: ")
	start := s.jobs(v1.HookUpgrade)["start_worker"][0]
	seen.stoppedUntil(t, "notes-worker", seen.created(t, start.Name))
	if live := s.workload("notes-worker"); live.Status.ReadyReplicas != 1 {
		t.Errorf("the worker has %d ready replicas after the upgrade, expected 1", live.Status.ReadyReplicas)
	}
	s.run("kubectl", "get", "--raw", proxy+"/notes").expect(t, 0, `"total": 2`, `"title": "Shopping", "content": "milk, bread"`, "One line only")
	s.styrmin("status", "notes").expect(t, 0, "version 2.0.0", "upgrade to 2.0.0, Succeeded")
}

// founding: the actions.py of the founding document runs as it is.
func founding(t *testing.T, s *space) {
	t.Helper()
	dir := filepath.Join(cluster.root, "examples", "founding")
	s.styrmin("setup", "founding", "--driver", dir, "--version", "1.0.0").expect(t, 0, "About to set up founding 1.0.0")
	seen := s.record()
	s.styrmin("upgrade", "founding", "--driver", dir, "--version", "2.0.0").expect(t, 0, "Upgrade complete")
	if counts := seen.replicas("founding-task-worker"); !slices.Equal(counts, []int32{1, 0, 1}) {
		t.Errorf("the task workers' replicas were %v, expected 1, 0 during the migration, and 1 again", counts)
	}
	proxy := fmt.Sprintf("/api/v1/namespaces/%s/services/founding-server:8000/proxy/", s.name)
	var state struct {
		Version        string
		Schema, Needed int
	}
	answer := s.run("kubectl", "get", "--raw", proxy).expect(t, 0)
	if err := json.Unmarshal([]byte(answer.stdout), &state); err != nil || state.Version != "2.0.0" || state.Schema != 2 || state.Needed != 2 {
		t.Errorf("the server says %s, expected version 2.0.0 with schema 2 (%v)", answer.stdout, err)
	}
}

func (s *space) workload(name string) *appsv1.Deployment {
	s.Helper()
	live, err := cluster.kube.AppsV1().Deployments(s.name).Get(s.Context(), name, getOptions)
	if err != nil {
		s.Fatal(err)
	}
	return live
}
