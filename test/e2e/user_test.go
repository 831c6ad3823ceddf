package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/jobs"
)

// TestEditor: a user with no more than the built-in role edit sets up and
// upgrades with a registered driver, and cannot make evidence of their own.
func TestEditor(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("driver", "load", dir).expect(t, 0)
	alice := s.as("alice-" + s.name)
	alice.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)

	done := s.jobs(v1.HookSetup)["greet"][0]
	if requester := done.Annotations[v1.AnnotationRequester]; requester != "alice-"+s.name {
		t.Errorf("the Job was requested by %q, expected the user that ran setup", requester)
	}
	t.Run("Job", func(t *testing.T) { alice.with(t).forgeJob(done) })
	t.Run("Instance", func(t *testing.T) { alice.with(t).forgeInstance() })
	t.Run("Delete", func(t *testing.T) {
		alice.with(t).kubectl("delete", "styrmindeployment", "app").expect(t, 1, "Forbidden")
	})
	t.Run("Helm", func(t *testing.T) {
		alice.with(t).unchanged("app", func() { alice.with(t).holds(filepath.Join(dir, "chart"), "--set", "greeting=Other") })
	})

	b.hold("pre_b")
	upgrade := alice.start("upgrade", "app", "--driver", dir, "--version", "2.0.0")
	b.await("begin pre_b")
	t.Run("JobStatus", func(t *testing.T) {
		success := `{"status":{"conditions":[{"type":"SuccessCriteriaMet","status":"True","reason":"CompletionsReached","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`
		patch := []string{"patch", "job", s.jobs(v1.HookUpgrade)["pre_b"][0].Name, "--subresource=status", "--type=merge", "-p", success}
		alice.with(t).kubectl(patch...).expect(t, 1, "cannot patch resource \"jobs/status\"")
		s.with(t).kubectl(patch...).expect(t, 1, "only the Job controller writes it")
	})
	b.release("pre_b")
	upgrade.wait().expect(t, 0)
}

// with is the space in a subtest.
func (s *space) with(t *testing.T) *space {
	return &space{T: t, name: s.name, kubeconfig: s.kubeconfig}
}

// as is the space as another user sees it, who has the role edit there.
func (s *space) as(user string) *space {
	s.Helper()
	s.kubectl("create", "rolebinding", "editor", "--clusterrole=edit", "--user="+user).expect(s.T, 0)
	r := s.run("cluster", "kubeconfig", "--user", user)
	if r.code != 0 {
		s.Skipf("this cluster gives no other user a certificate: %s", r)
	}
	kubeconfig := filepath.Join(s.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte(r.stdout), 0o600); err != nil {
		s.Fatal(err)
	}
	return &space{T: s.T, name: s.name, kubeconfig: kubeconfig}
}

// create creates an object as it is and returns the outcome.
func (s *space) create(object any) result {
	s.Helper()
	data, err := json.Marshal(object)
	if err != nil {
		s.Fatal(err)
	}
	return execute(s.Context(), s.kubeconfig, string(data), "kubectl", "-n", s.name, "create", "-f", "-")
}

// forgeJob creates a Job that bears an action's labels and would succeed
// without doing anything. What comes of it is the server's own rendering.
func (s *space) forgeJob(done batchv1.Job) {
	s.Helper()
	const run = "forged01"
	forged := done.DeepCopy()
	forged.TypeMeta = metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}
	forged.ObjectMeta = metav1.ObjectMeta{
		Name: jobs.Name(run, "pre_a", 1), Labels: forged.Labels, Annotations: forged.Annotations, OwnerReferences: done.OwnerReferences,
	}
	for _, labels := range []map[string]string{forged.Labels, forged.Spec.Template.Labels} {
		for key := range labels {
			if !strings.HasPrefix(key, "styrmin.io/") {
				delete(labels, key)
			}
		}
	}
	forged.Labels[v1.LabelRun], forged.Labels[v1.LabelHook], forged.Labels[v1.LabelAction] = run, "upgrade", "pre-a"
	forged.Annotations[v1.AnnotationAction] = "pre_a"
	none := int32(0)
	forged.Spec.Completions, forged.Spec.Selector = &none, nil
	forged.Spec.Template.Spec.Containers[0].Command = []string{"true"}
	forged.Status = batchv1.JobStatus{}
	if r := s.create(forged); r.code != 0 {
		s.Log(r)
		if !strings.Contains(r.out, "styrmin.io") {
			s.Fatal("the Job was refused, but not by styrmin")
		}
		return
	}
	made, err := cluster.kube.BatchV1().Jobs(s.name).Get(s.Context(), forged.Name, getOptions)
	if err != nil {
		s.Fatal(err)
	}
	command := made.Spec.Template.Spec.Containers[0].Command
	if *made.Spec.Completions != 1 || command[0] == "true" || made.Labels[v1.LabelMode] != string(v1.ModePre) {
		s.Fatalf("the forged Job was taken as it was: completions %d, command %v, labels %v", *made.Spec.Completions, command, made.Labels)
	}
	// With its pod: while an action is at work, no run begins.
	s.kubectl("delete", "job", forged.Name, "--cascade=foreground").expect(s.T, 0)
}

// forgeInstance creates an instance whose actions do nothing, of a driver nobody registered.
func (s *space) forgeInstance() {
	s.Helper()
	list, err := cluster.kube.CoreV1().ConfigMaps(s.name).List(s.Context(), metav1.ListOptions{LabelSelector: v1.LabelInstance})
	if err != nil || len(list.Items) == 0 {
		s.Fatalf("no instance to begin with: %v", err)
	}
	forged := list.Items[0].DeepCopy()
	forged.TypeMeta = metav1.TypeMeta{APIVersion: corev1.SchemeGroupVersion.String(), Kind: "ConfigMap"}
	forged.ResourceVersion, forged.UID, forged.ManagedFields = "", types.UID(""), nil
	forged.Labels[v1.LabelInstance] = strings.Repeat("0", len(forged.Labels[v1.LabelInstance]))
	forged.Name = "styrmin-app-" + strings.Repeat("0", 12)
	forged.Data["actions.py"] = "from prefect import flow\n\n\n@flow\ndef visit_board() -> None:\n    pass\n"
	s.create(forged).expect(s.T, 1, "ConfigMap "+s.name+"/"+forged.Name+" is not an instance that can be admitted", "the registered one has")
}
