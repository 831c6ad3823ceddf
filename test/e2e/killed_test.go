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
