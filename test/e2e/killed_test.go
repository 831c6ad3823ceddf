package e2e

import (
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestKilled: the plugin is killed in pre, while Helm waits, and in post; the
// same command resumes, and no action runs twice. While it lives, nobody else
// may drive the deployment.
func TestKilled(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	upgrade := []string{"upgrade", "app", "--driver", dir, "--version", "2.0.0", "--set", "ready=false"}
	b.hold("pre_b", "post_a")

	inPre := s.start(upgrade...)
	b.await("begin pre_b")
	holder := fmt.Sprintf("/%d-", inPre.cmd.Process.Pid)
	s.styrmin(upgrade...).expect(t, 4, "is being driven by", holder)
	inPre.kill(t)
	b.release("pre_b")
	b.await("end pre_b") // with nobody there to see it

	inCore := s.start(upgrade...)
	s.awaitRecord("app", 2, "pending-upgrade")
	inCore.kill(t)

	inPost := s.start(upgrade...)
	s.letBecomeReady()
	b.await("begin post_a")
	inPost.kill(t)
	b.release("post_a")

	s.styrmin(upgrade...).expect(t, 0, "resumed: ", "succeeded before; not run again")
	s.expectJobs(v1.HookUpgrade, map[string]int{"pre_a": 1, "pre_b": 1, "core_a": 1, "post_a": 1, "post_b": 1})
	b.expectOnce("pre_a", "pre_b", "core_a", "post_a", "post_b")
	if found := s.statuses("app"); found != "superseded deployed" {
		t.Errorf("the revisions are %q, expected one more, although the client was killed in the middle of Helm's change", found)
	}
}

// TestForgetPending: another client is killed in the middle of its change, which the gate
// let through. Nothing is started in spite of that, until the operator says that nobody is
// at work on it.
func TestForgetPending(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	upgrade := []string{"upgrade", "app", "--driver", dir, "--version", "2.0.0", "--set", "ready=false"}
	s.styrmin(append(upgrade, "--until", "pre")...).expect(t, 0)
	other := launch(t.Context(), s.kubeconfig, "", helm3, "-n", s.name, "upgrade", "app", dir+"/chart", "-f", s.valuesFile("app"), "--wait")
	s.awaitRecord("app", 2, "pending-upgrade")
	other.kill(t)

	says := []string{"revision 2 of Helm release " + s.name + "/app is pending-upgrade since 20", "another client (Helm)", "--forget-pending 2", "helm rollback app -n " + s.name}
	s.styrmin(upgrade...).expect(t, 4, says...)
	s.plan(upgrade[1:]...).expect(t, 1, append(says, "`upgrade` would refuse now")...)
	s.styrmin(append(upgrade, "--forget-pending", "1")...).expect(t, 1, "revision 1 of Helm release", "its newest revision is 2 (pending-upgrade)")
	s.plan(append(upgrade[1:], "--forget-pending", "2")...).expect(t, 1, "the record of revision 2, which is pending, is deleted first")
	if found := s.statuses("app"); found != "deployed pending-upgrade" {
		t.Errorf("the revisions are %q, expected that nothing has changed them", found)
	}

	goesOn := s.start(append(upgrade, "--forget-pending", "2")...)
	s.letBecomeReady()
	goesOn.wait().expect(t, 0, "forgot revision 2 (pending-upgrade)", "succeeded before; not run again")
	b.expectOnce("pre_a", "pre_b", "core_a", "post_a", "post_b")
	if found := s.statuses("app"); found != "superseded deployed" {
		t.Errorf("the revisions are %q, expected one that was made anew", found)
	}
}

// letBecomeReady makes the file that the new version's pod waits for.
func (s *space) letBecomeReady() {
	s.Helper()
	s.eventually("the pod of the new version runs and was told to become ready", func() (string, bool) {
		pods, err := cluster.kube.CoreV1().Pods(s.name).List(s.Context(), metav1.ListOptions{LabelSelector: "app=app-app"})
		if err != nil {
			return err.Error(), false
		}
		saw := []string{"no unready pod"}
		for _, pod := range pods.Items {
			if len(pod.Status.ContainerStatuses) == 0 || pod.Status.ContainerStatuses[0].Ready || pod.DeletionTimestamp != nil {
				continue
			}
			r := s.kubectl("exec", pod.Name, "--", "touch", "/tmp/ready")
			if r.code == 0 {
				return "", true
			}
			saw = append(saw, r.String())
		}
		return strings.Join(saw, "\n"), false
	})
}
