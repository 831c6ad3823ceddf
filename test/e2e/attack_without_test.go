package e2e

import (
	"context"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestAttacksWithoutTheGate: what TestAttacks shows to fail succeeds without the
// webhook's configurations and the policy, so it is these that stop it. It takes
// them away from the whole cluster, so it does not run in parallel: tests that do
// wait until it has ended.
func TestAttacksWithoutTheGate(t *testing.T) {
	needCluster(t)
	s := newNamedSpace(t, "nogate")
	s.newBoard()
	dir := boardDriver(t, "small")
	s.styrmin("driver", "load", dir).expect(t, 0)
	a := &attacker{space: s.as("mallory-" + s.name), admin: s, dir: dir, table: &[]string{}}
	a.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	a.done = s.jobs(v1.HookSetup)["greet"][0]
	a.atWork, a.values = a.done, s.valuesFile("app")

	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), installTimeout)
		defer cancel()
		if err := install(ctx); err != nil {
			t.Errorf("the gate is not back: %v", err)
		}
	})
	for _, object := range []string{"validatingwebhookconfiguration/styrmin", "mutatingwebhookconfiguration/styrmin", "validatingadmissionpolicybinding/styrmin-pods"} {
		s.run("kubectl", "delete", object).expect(t, 0)
	}
	counted := a.pod("counted")
	counted.Labels = map[string]string{controllerUID: string(a.atWork.UID)}
	s.eventually("the API server knows that the gate and the policy are gone", func() (string, bool) {
		config := a.kubectl("create", "configmap", "styrmin-app-000000000000", "--dry-run=server")
		pod := a.create(counted)
		return config.out + pod.out, config.code == 0 && pod.code == 0
	})
	a.kubectl("delete", "pod", counted.Name, "--now").expect(t, 0)

	t.Run("a Job with completions: 0", func(t *testing.T) {
		a := a.with(t)
		job := a.forgedJob()
		job.Spec.Completions = ptr[int32](0)
		a.create(job).expect(t, 0)
		a.kubectl("wait", "job", job.Name, "--for=condition=Complete", "--timeout="+patience.String()).expect(t, 0)
	})
	t.Run("the deployed record rewritten", func(t *testing.T) {
		rewriting(func(r *forgedRecord) { r.payload["manifest"] = r.payload["manifest"].(string) + "\n" })(a.with(t)).expect(t, 0)
	})
	t.Run("the deployment owned by something that one deletes", func(t *testing.T) {
		a := a.with(t)
		deploymentAttacks[1].try(a).expect(t, 0)
		a.kubectl("delete", "configmap", "owner").expect(t, 0)
		a.eventually("the deployment is gone", func() (string, bool) {
			r := a.kubectl("get", "styrmindeployment", "app")
			return r.out, strings.Contains(r.out, "NotFound")
		})
	})
	t.Run("the change", func(t *testing.T) {
		a := a.with(t)
		a.helm(helm3, append(a.upgrade(), "--set", "version=2.0.0")...).expect(t, 0)
	})
}
