package e2e

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/doctor"
)

// byHand is a StorageClass that does not exist: its volumes are made by hand.
const byHand = "e2e-by-hand"

// prefectPods select the Prefect server's pods.
var prefectPods = []string{"kubectl", "-n", v1.SystemNamespace, "get", "pods", "-l", "app.kubernetes.io/name=" + prefectServer, "-o", "name"}

// TestPrefectOnAClaim: an installation whose Prefect server has its data in its pod gets a claim for them by being installed
// anew; from then on flow runs outlive the pods that they were reported to. It takes the server
// from everybody for a while, so it does not run beside other tests.
func TestPrefectOnAClaim(t *testing.T) {
	needCluster(t)
	s := newNamedSpace(t, "claim")
	s.newBoard()
	s.prefectOnAClaim()
	report := s.doctor(0)
	for _, check := range []string{"prefect", "versions", "webhook-answers"} {
		report.expect(t, check, doctor.OK)
	}

	s.styrmin("setup", "app", "--driver", boardDriver(t, "small"), "--version", "1.0.0").expect(t, 0)
	reported := s.flowRuns("app")
	s.expectAddresses("app", reported)
	s.replacePrefect()
	if found := s.flowRuns("app"); !maps.EqualFunc(found, reported, func(a, b flowRun) bool { return reflect.DeepEqual(a, b) }) {
		t.Errorf("the new pod has the flow runs %+v, expected those that were reported to the old one: %+v", found, reported)
	}
	// And it still takes new ones.
	s.styrmin("upgrade", "app", "--driver", boardDriver(t, "small"), "--version", "1.0.1").expect(t, 0)
	s.expectReported("app")
}

// prefectOnAClaim installs anew with a claim, until the test ends.
func (s *space) prefectOnAClaim() {
	s.Helper()
	s.volume(v1.SystemNamespace, prefectServer, byHand)
	s.Cleanup(func() {
		ctx := cleanupWithin(s.T, installTimeout)
		execute(ctx, cluster.kubeconfig, "", installCommand("none")...).expect(s.T, 0)
		execute(ctx, cluster.kubeconfig, "", "kubectl", "-n", v1.SystemNamespace, "delete", "pvc", prefectServer).expect(s.T, 0)
	})
	s.run(installCommand(byHand)...).expect(s.T, 0)
	s.run("kubectl", "-n", v1.SystemNamespace, "get", "pvc", prefectServer, "-o", "jsonpath={.status.phase}").expect(s.T, 0, "Bound")
	s.awaitPrefect()
}

// replacePrefect deletes the Prefect server's pod, and waits until the one in its place is ready.
func (s *space) replacePrefect() {
	s.Helper()
	old := strings.TrimSpace(s.run(prefectPods...).expect(s.T, 0, "pod/").stdout)
	s.run("kubectl", "-n", v1.SystemNamespace, "delete", old).expect(s.T, 0)
	var replacement string
	s.eventually("another pod than "+old+" is there", func() (string, bool) {
		r := s.run(prefectPods...)
		replacement = strings.TrimSpace(r.stdout)
		return r.out, r.code == 0 && replacement != "" && !strings.Contains(replacement, "\n") && replacement != old
	})
	s.run("kubectl", "-n", v1.SystemNamespace, "wait", replacement, "--for=condition=Ready", "--timeout="+installTimeout.String()).expect(s.T, 0)
	s.awaitPrefect()
}

// awaitPrefect waits until the Prefect server answers by its Service, which leads to a pod a little later than that is ready.
func (s *space) awaitPrefect() {
	s.Helper()
	s.eventually("the Prefect server answers by its Service", func() (string, bool) {
		answer, err := cluster.kube.CoreV1().RESTClient().Get().AbsPath(prefectAPI + "/health").DoRaw(s.Context())
		return fmt.Sprintf("%s %v", answer, err), err == nil
	})
}
