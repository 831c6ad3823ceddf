package e2e

import (
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestAbort: somebody else ends a run for good, with no more than the role edit.
// The engine lets go, the action is stopped, what had been proven is no evidence
// any more, and the next run starts from the beginning.
func TestAbort(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	alice := s.as("alice-" + s.name)

	b.hold("pre_b")
	upgrade := s.start("upgrade", "app", "--driver", dir, "--version", "2.0.0")
	b.await("begin pre_b")
	s.awaitState("app", "pre_a", v1.ActionSucceeded)
	watch := s.start("status", "app", "--watch")
	s.awaitOutput(watch, "pre_b")
	values := s.valuesFile("app")
	run := s.deployment("app").Status.Run.ID
	s.unchanged("app", func() {
		alice.styrmin("abort", "app", "--reason", "wrong window").
			expect(t, 0, "run "+run+": aborted by alice-"+s.name, "wrong window", "nothing of it is at work any more", "The Helm release was not touched")
		s.nothingAtWork(run)
		upgrade.wait().expect(t, 4, "run "+run+" was aborted by alice-"+s.name, "wrong window", "the next run starts from the beginning")
		watch.wait().expect(t, 1, "run "+run+": aborted by alice-"+s.name)
	})
	alice.styrmin("abort", "app").expect(t, 1, "is over: it was aborted by alice-"+s.name)

	for _, helm := range []string{helm3, helm4} {
		s.unchanged("app", func() {
			s.helm(helm, "upgrade", "app", dir+"/chart", "-f", values).expect(t, 1, "held by styrmin", "run "+run+" was aborted")
		})
	}
	s.styrmin("logs", "app", "pre_b").expect(t, 0, "pre_b: its pod is gone; this is the end of its output, which was kept")
	s.styrmin("history", "app").expect(t, 0, "aborted by alice-"+s.name+": wrong window", "setup")
	s.kubectl("get", "events", "--field-selector", "reason=RunAborted").expect(t, 0, "wrong window")
	if ready := s.ready("app"); ready.Status != metav1.ConditionFalse || ready.Reason != "RunAborted" {
		t.Errorf("unexpected condition %+v", ready)
	}

	b.release("pre_b")
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "2.0.0").expect(t, 0, "succeeded").without(t, "resumed: ")
	s.kubectl("wait", "--for=condition=Ready", "styrmindeployment/app", "--timeout=10s").expect(t, 0)
	if count := strings.Count(strings.Join(b.log(), "\n"), "begin pre_a"); count != 2 {
		t.Errorf("action pre_a began %d times, expected once in each run", count)
	}
	s.styrmin("history", "app").expect(t, 0, "1.0.0 → 2.0.0")
}

// TestAbortWithoutAnEngine: it was killed; its lock is known to be dead after 15 seconds.
func TestAbortWithoutAnEngine(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	b.hold("post_a")
	upgrade := s.start("upgrade", "app", "--driver", dir, "--version", "2.0.0")
	b.await("begin post_a")
	upgrade.kill(t)
	s.styrmin("abort", "app").expect(t, 0, "The Helm release has been changed, as revision 2, and stays as it is")
	s.nothingAtWork(s.deployment("app").Status.Run.ID)

	b.release("post_a")
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "2.0.0").expect(t, 0, "version 1.0.0 → 2.0.0", "succeeded").without(t, "nothing to do")
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "2.0.0").expect(t, 0, "nothing to do")
}

// TestInterrupt: Ctrl-C leaves the run resumable, and says how, and what goes on
// without it; another client follows the run to its end.
func TestInterrupt(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	arguments := []string{"upgrade", "app", "--driver", dir, "--version", "2.0.0"}
	b.hold("pre_b")
	upgrade := s.start(arguments...)
	b.await("begin pre_b")
	s.awaitState("app", "pre_a", v1.ActionSucceeded)
	if err := upgrade.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	upgrade.wait().expect(t, 130, "interrupted; run ", "resume it with: kubectl styrmin upgrade app", "--version 2.0.0", "Action pre_b goes on in the cluster by itself")

	watch := s.start("status", "app", "--watch")
	s.awaitOutput(watch, "No engine is at work on it")
	b.release("pre_b")
	b.await("end pre_b") // with nobody there to see it
	s.styrmin(arguments...).expect(t, 0, "resumed: ", "succeeded before; not run again")
	watch.wait().expect(t, 0, "run ", " succeeded in ")
	b.expectOnce("pre_a", "pre_b", "core_a", "post_a", "post_b")
}

// awaitOutput waits until a program has said something.
func (s *space) awaitOutput(p *process, words string) {
	s.Helper()
	s.eventually("it says "+words, func() (string, bool) {
		out := p.out.String()
		return out, strings.Contains(out, words)
	})
}

// nothingAtWork checks what abort promises: no pod of a run runs.
func (s *space) nothingAtWork(run string) {
	s.Helper()
	pods, err := cluster.kube.CoreV1().Pods(s.name).List(s.Context(), metav1.ListOptions{LabelSelector: v1.LabelRun + "=" + run})
	if err != nil {
		s.Fatal(err)
	}
	for _, pod := range pods.Items {
		if pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
			s.Errorf("pod %s is %s", pod.Name, pod.Status.Phase)
		}
	}
}

// ready is a deployment's condition Ready.
func (s *space) ready(deployment string) metav1.Condition {
	s.Helper()
	for _, condition := range s.deployment(deployment).Status.Conditions {
		if condition.Type == v1.ConditionReady {
			return condition
		}
	}
	s.Fatalf("StyrminDeployment %s has no condition %s", deployment, v1.ConditionReady)
	return metav1.Condition{}
}
