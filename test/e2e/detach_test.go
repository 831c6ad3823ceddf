package e2e

import (
	"os"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

const engineJob = "styrmin-engine-app"

// TestDetached: an engine in the cluster carries out what a user with no more than the
// role edit asks for, also when its pod is killed in the middle.
func TestDetached(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("driver", "load", dir).expect(t, 0)
	alice := s.as("alice-" + s.name)
	alice.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0", "--detach").expect(t, 0,
		"Job "+engineJob+" in namespace "+s.name+", as service account styrmin-engine", "kubectl styrmin status app -n "+s.name+" --watch")
	alice.styrmin("status", "app", "--watch").expect(t, 0)
	s.awaitJob(batchv1.JobComplete)

	upgrade := []string{"upgrade", "app", "--driver", dir, "--version", "2.0.0"}
	b.hold("pre_b")
	alice.styrmin(append(upgrade, "--detach")...).expect(t, 0)
	b.await("begin pre_b")
	if asked := s.deployment("app").Status.Run.RequestedBy; asked != "alice-"+s.name {
		t.Errorf("the run was asked for by %q, expected the user", asked)
	}
	alice.styrmin(append(upgrade, "--detach")...).expect(t, 4, "is being driven by "+engineJob+"-")
	alice.styrmin(upgrade...).expect(t, 4, "is being driven by "+engineJob+"-")

	watching := alice.start("status", "app", "--watch")
	killed := s.enginePod("").Name
	s.kubectl("delete", "pod", killed, "--grace-period=0", "--force").expect(t, 0)
	s.enginePod(killed)
	if err := watching.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	watching.wait().expect(t, 130)
	b.release("pre_b")
	alice.styrmin("status", "app", "--watch").expect(t, 0)
	s.awaitJob(batchv1.JobComplete)
	s.expectJobs(v1.HookUpgrade, map[string]int{"pre_a": 1, "pre_b": 1, "core_a": 1, "post_a": 1, "post_b": 1})
	b.expectOnce("pre_a", "pre_b", "core_a", "post_a", "post_b")
	if found := s.statuses("app"); found != "superseded deployed" {
		t.Errorf("the revisions are %q, expected one more", found)
	}
	alice.styrmin(append(upgrade, "--detach")...).expect(t, 0, "nothing to do")
}

// TestDetachedEnds: a detached run whose Job is deleted can be resumed, and one that is
// aborted is over, its engine too.
func TestDetachedEnds(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	upgrade := []string{"upgrade", "app", "--driver", dir, "--version", "2.0.0"}

	b.hold("pre_b")
	s.styrmin(append(upgrade, "--detach")...).expect(t, 0)
	b.await("begin pre_b")
	s.kubectl("delete", "job", engineJob, "--cascade=foreground").expect(t, 0)
	run := s.deployment("app").Status.Run
	if run.Phase != v1.RunPre || run.EndedAt != nil {
		t.Errorf("the run is %s, expected it to be resumable", run.Phase)
	}
	b.release("pre_b")
	s.styrmin(append(upgrade, "--detach")...).expect(t, 0)
	s.styrmin("status", "app", "--watch").expect(t, 0, run.ID)
	b.expectOnce("pre_a", "pre_b", "core_a", "post_a", "post_b")

	b.hold("pre_b")
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "2.1.0", "--detach").expect(t, 0)
	b.await("begin pre_b")
	s.styrmin("abort", "app", "--reason", "enough").expect(t, 0)
	s.awaitJob(batchv1.JobFailed)
	if pods := s.enginePods(); len(pods) != 1 || pods[0].Status.Phase != corev1.PodFailed {
		t.Errorf("the engine of the aborted run has %d pods, expected one that has ended", len(pods))
	}
	if run := s.deployment("app").Status.Run; run.Phase != v1.RunAborted {
		t.Errorf("the run is %s", run.Phase)
	}
}

// TestDetachedNeeds: what an engine in the cluster lacks is said before, or leaves nothing behind.
func TestDetachedNeeds(t *testing.T) {
	s := newSpace(t)
	dir := boardDriver(t, "small")
	setup := []string{"setup", "app", "--driver", dir, "--version", "1.0.0", "--detach"}
	s.styrmin(append(setup, "--engine-service-account", "nobody")...).expect(t, 3, "no service account nobody", "--engine-service-account")
	r := s.run("kubectl", "styrmin", "setup", "app", "--driver", dir, "--version", "1.0.0", "--detach", "-n", s.name,
		"--runner-image", "styrmin.local/absent:1", "--job-image", actionImage)
	r.expect(t, 3, "the engine cannot be started from image styrmin.local/absent:1", "--runner-image")
	s.eventually("nothing of the engine is left", func() (string, bool) {
		jobs := s.kubectl("get", "jobs,secrets", "-o", "name").stdout
		return jobs, !strings.Contains(jobs, "styrmin-")
	})
}

// enginePods are the pods of the engine's Job.
func (s *space) enginePods() []corev1.Pod {
	s.Helper()
	list, err := cluster.kube.CoreV1().Pods(s.name).List(s.Context(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + engineJob})
	if err != nil {
		s.Fatal(err)
	}
	return list.Items
}

// enginePod waits for a running pod of the engine that is another one than before.
func (s *space) enginePod(before string) (found corev1.Pod) {
	s.Helper()
	s.eventually("a pod of the engine runs", func() (string, bool) {
		saw := "none"
		for _, pod := range s.enginePods() {
			saw = pod.Name + " " + string(pod.Status.Phase)
			if found = pod; pod.Name != before && pod.Status.Phase == corev1.PodRunning {
				return "", true
			}
		}
		return saw, false
	})
	return found
}

// awaitJob waits until the engine's Job has ended so.
func (s *space) awaitJob(end batchv1.JobConditionType) {
	s.Helper()
	s.kubectl("wait", "job/"+engineJob, "--for=condition="+string(end), "--timeout="+patience.String()).expect(s.T, 0)
}
