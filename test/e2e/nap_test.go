package e2e

import (
	"fmt"
	"path/filepath"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// napWorker is what the action stops: three pods, which an autoscaler watches over.
const napWorker = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  replicas: 3
  selector: {matchLabels: {e2e: worker}}
  template:
    metadata: {labels: {e2e: worker}}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, runAsUser: 65532}
      containers: [{name: worker, image: %s, imagePullPolicy: IfNotPresent, command: [sleep, infinity]}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: worker}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: worker}
  minReplicas: 2
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
`

// TestKilledBetweenStopAndStart: an action's pod dies while a component is stopped. It stays
// stopped, whatever its autoscaler would like, and the next attempt starts what there was.
func TestKilledBetweenStopAndStart(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), filepath.Join(cluster.root, "test", "e2e", "testdata", "nap")
	s.apply(fmt.Sprintf(napWorker, baseImage))
	s.kubectl("rollout", "status", "deployment/worker", "--timeout="+patience.String()).expect(t, 0)
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)

	upgrade := []string{"upgrade", "app", "--driver", dir, "--version", "2.0.0"}
	b.hold("nap")
	first := s.start(upgrade...)
	b.await("begin nap")
	s.kubectl("delete", "pod", "-l", v1.LabelAction+"=nap", "--grace-period=0", "--force").expect(t, 0)
	if r := first.wait(); r.code != 1 {
		t.Errorf("exit code %d, expected 1: %s", r.code, r)
	}
	s.eventually("the autoscaler has looked at what is stopped", func() (string, bool) {
		reason := s.kubectl("get", "hpa", "worker", "-o", `jsonpath={.status.conditions[?(@.type=="ScalingActive")].reason}`).stdout
		return reason, reason == "ScalingDisabled"
	})
	if live := s.workload("worker"); *live.Spec.Replicas != 0 {
		t.Errorf("%d workers are asked for after the action's death, expected none", *live.Spec.Replicas)
	}

	b.release("nap")
	s.styrmin(upgrade...).expect(t, 0, "resumed: ", "starting deployment/worker (0 → 3)")
	if live := s.workload("worker"); *live.Spec.Replicas != 3 || live.Status.ReadyReplicas != 3 {
		t.Errorf("%d workers are asked for and %d are ready, expected the 3 that there were", *live.Spec.Replicas, live.Status.ReadyReplicas)
	}
	s.kubectl("get", "hpa", "worker", "-o", "jsonpath={.spec.minReplicas} {.spec.maxReplicas}").expect(t, 0, "2 5")
}
