package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// How long to wait for something that one pod does, and how often to look.
const (
	patience = 90 * time.Second
	interval = 250 * time.Millisecond
)

var getOptions = metav1.GetOptions{}

// space is a test's own namespace, and who acts in it.
type space struct {
	*testing.T
	name       string
	kubeconfig string
}

// newSpace makes a namespace that opts in. It is deleted unless the test fails.
func newSpace(t *testing.T) *space {
	t.Helper()
	needCluster(t)
	t.Parallel()
	return newNamedSpace(t, strings.ToLower(strings.TrimPrefix(t.Name(), "Test")))
}

func needCluster(t *testing.T) {
	t.Helper()
	if cluster == nil {
		t.Skip("STYRMIN_TEST_KUBECONFIG is not set: this test needs a cluster; `make cluster` starts one")
	}
}

// newNamedSpace is newSpace for tests that have several.
func newNamedSpace(t *testing.T, name string) *space {
	t.Helper()
	s := &space{T: t, name: fmt.Sprintf("e2e-%.40s-%s", name, rand.String(4)), kubeconfig: cluster.kubeconfig}
	prefixes := strings.Join([]string{registry(productImage), registry(actionImage)}, ",")
	s.run("kubectl", "styrmin", "prepare", s.name, "--images", prefixes).expect(t, 0)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("namespace %s stays for you to look at", s.name)
			return
		}
		// t.Context() has ended by now.
		err := cluster.kube.CoreV1().Namespaces().Delete(cleanupContext(t), s.name, metav1.DeleteOptions{})
		if err != nil {
			t.Logf("delete namespace %s: %v", s.name, err)
		}
	})
	return s
}

func registry(image string) string { return image[:strings.LastIndex(image, "/")+1] }

// run runs a program to its end.
func (s *space) run(command ...string) result {
	s.Helper()
	return execute(s.Context(), s.kubeconfig, "", command...)
}

// apply applies YAML.
func (s *space) apply(yaml string) {
	s.Helper()
	execute(s.Context(), s.kubeconfig, yaml, "kubectl", "-n", s.name, "apply", "-f", "-").expect(s.T, 0)
}

// kubectl runs kubectl in the namespace.
func (s *space) kubectl(arguments ...string) result {
	s.Helper()
	return s.run(append([]string{"kubectl", "-n", s.name}, arguments...)...)
}

// styrmin runs a verb of the plugin in the namespace.
func (s *space) styrmin(arguments ...string) result {
	s.Helper()
	return s.run(s.styrminCommand(arguments)...)
}

// plan says what the verb with these arguments would do.
func (s *space) plan(arguments ...string) result {
	s.Helper()
	return s.styrmin(append([]string{"plan"}, arguments...)...)
}

// start starts a verb of the plugin beside the test.
func (s *space) start(arguments ...string) *process {
	s.Helper()
	p := launch(s.Context(), s.kubeconfig, "", s.styrminCommand(arguments)...)
	s.Cleanup(func() {
		if s.Failed() {
			s.Logf("this ran beside the test: %s", p.wait())
		}
	})
	return p
}

// styrminCommand completes a command line. The images are named, so that it
// matters to no test which ones the webhook was installed with; what the
// arguments say after the name comes later, and so holds.
func (s *space) styrminCommand(arguments []string) []string {
	command := append([]string{"kubectl", "styrmin"}, arguments...)
	if verb := arguments[0]; verb == "setup" || verb == "upgrade" {
		command = slices.Insert(command, 4, "--job-image", actionImage, "--runner-image", productImage, "--timeout", "5m")
	}
	end := slices.Index(command, "--")
	if end < 0 {
		end = len(command)
	}
	return slices.Insert(command, end, "-n", s.name)
}

// eventually waits for a condition; it fails the test with what it saw last.
func (s *space) eventually(what string, look func() (saw string, ok bool)) {
	s.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		saw, ok := look()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			s.Fatalf("after %s still not: %s\nlast seen: %s", patience, what, saw)
		case <-s.Context().Done():
			s.Fatalf("interrupted while waiting for: %s\nlast seen: %s", what, saw)
		}
	}
}

// deployment reads a StyrminDeployment.
func (s *space) deployment(name string) *v1.StyrminDeployment {
	s.Helper()
	var d v1.StyrminDeployment
	if err := cluster.client.Get(s.Context(), client.ObjectKey{Namespace: s.name, Name: name}, &d); err != nil {
		s.Fatal(err)
	}
	return &d
}

// awaitState waits until a deployment's status tells an action's state.
func (s *space) awaitState(deployment, action string, state v1.ActionState) {
	s.Helper()
	s.eventually(fmt.Sprintf("action %s is %s", action, state), func() (string, bool) {
		run := s.deployment(deployment).Status.Run
		if run == nil {
			return "no run", false
		}
		for _, known := range run.Actions {
			if known.Name == action {
				return string(known.State), known.State == state
			}
		}
		return "no such action", false
	})
}

// jobs lists the Jobs of the actions of a hook, by action.
func (s *space) jobs(hook v1.Hook) map[string][]batchv1.Job {
	s.Helper()
	list, err := cluster.kube.BatchV1().Jobs(s.name).List(s.Context(), metav1.ListOptions{LabelSelector: v1.LabelHook + "=" + string(hook)})
	if err != nil {
		s.Fatal(err)
	}
	byAction := map[string][]batchv1.Job{}
	for _, job := range list.Items {
		action := job.Annotations[v1.AnnotationAction]
		byAction[action] = append(byAction[action], job)
	}
	return byAction
}

// expectJobs checks how many Jobs each action of a hook had, and that one of them succeeded.
func (s *space) expectJobs(hook v1.Hook, counts map[string]int) {
	s.Helper()
	found := s.jobs(hook)
	for action := range found {
		if counts[action] == 0 {
			s.Errorf("action %s had Jobs and should have none", action)
		}
	}
	for action, count := range counts {
		succeeded := 0
		for _, job := range found[action] {
			succeeded += int(job.Status.Succeeded)
		}
		if len(found[action]) != count || succeeded != 1 {
			s.Errorf("action %s had %d Jobs and %d successes, expected %d and 1", action, len(found[action]), succeeded, count)
		}
	}
}
