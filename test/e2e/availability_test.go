package e2e

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/rand"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestAvailability: steady traffic while everything that the gate rests on is
// restarted. No change gets in without evidence, and no call fails but those that the
// failure policy demands, or that no API server was there to take.
func TestAvailability(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("STYRMIN_AVAILABILITY"))
	if err != nil {
		t.Skip("STYRMIN_AVAILABILITY is not set: `make availability` sets how long this takes, and restarts parts of the cluster")
	}
	s := newSpace(t)
	s.newBoard()
	dir := boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	warned := newNamedSpace(t, "availability-warned")
	warned.newBoard()
	warned.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	warned.kubectl("label", "--overwrite", "namespace", warned.name, v1.LabelGate+"="+v1.GateWarn).expect(t, 0)
	warned.eventually("the gate warns", func() (string, bool) {
		r := execute(t.Context(), warned.kubeconfig, recordOfApp, "kubectl", "-n", warned.name, "create", "--dry-run=server", "-f", "-")
		return r.out, r.code == 0 && strings.Contains(r.out, "warn only") && strings.Contains(r.out, "held by styrmin")
	})
	free := newNamedSpace(t, "availability-free")
	free.kubectl("label", "namespace", free.name, v1.LabelGate+"-").expect(t, 0)

	flow := &traffic{}
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	for name, one := range s.calls(warned, free, dir) {
		flow.run(ctx, name, one)
	}
	s.strike(ctx, flow)
	flow.wait()
	flow.print()
	for _, problem := range flow.problems() {
		t.Error(problem)
	}
	if statuses := s.statuses("app"); statuses != "deployed" {
		t.Errorf("the governed release has the revisions %s, expected none beside the first", statuses)
	}
	// What was held is let in as soon as there is evidence: nothing is left broken.
	s.styrmin("upgrade", "app", "--driver", dir, "--version", "2.0.0").expect(t, 0)
	s.styrmin("doctor").expect(t, 0)
}

// repeated is something that is done over and over.
type repeated struct {
	// held says that the gate has to refuse it whenever it works.
	held bool
	// judged says that the webhook is asked, so that the failure policy may refuse it.
	judged bool
	do     func(ctx context.Context) result
}

// calls are the traffic: Helm's and Jobs, where the gate is and where it is not.
func (s *space) calls(warned, free *space, dir string) map[string]repeated {
	governed, plain := filepath.Join(dir, "chart"), filepath.Join(cluster.root, "test/e2e/testdata/plain/chart")
	in := func(space *space, stdin string, command ...string) func(context.Context) result {
		return func(ctx context.Context) result {
			return execute(ctx, space.kubeconfig, strings.ReplaceAll(stdin, "NAME", "job-"+rand.String(8)),
				append([]string{command[0], "-n", space.name}, command[1:]...)...)
		}
	}
	return map[string]repeated{
		"a governed release, without evidence": {true, true, in(s, "", helm3, "upgrade", "app", governed, "--set", "greeting=Other")},
		"an action's Job, forged":              {true, true, in(s, forgedJob, "kubectl", "create", "-f", "-")},
		"a release that nobody governs":        {false, true, in(s, "", helm4, "upgrade", "--install", "plain", plain)},
		"a Job":                                {false, false, in(s, plainJob, "kubectl", "create", "-f", "-")},
		// An outage is not in its way, so nothing excuses a refusal. Helm itself would be in its own: it
		// leaves the release pending when the API server goes in the middle.
		"a record of a governed release where the gate warns": {false, false, in(warned, recordOfApp, "kubectl", "create", "--dry-run=server", "-f", "-")},
		"a release without a gate":                            {false, false, in(free, "", helm4, "upgrade", "--install", "plain", plain)},
		"a Job without a gate":                                {false, false, in(free, plainJob, "kubectl", "create", "-f", "-")},
	}
}

const plainJob = `
apiVersion: batch/v1
kind: Job
metadata: {name: NAME}
spec:
  suspend: true
  template: {spec: {restartPolicy: Never, containers: [{name: x, image: none.invalid/x}]}}
`

// recordOfApp is its second revision, as Helm would store it.
var recordOfApp = fmt.Sprintf(`
apiVersion: v1
kind: Secret
type: helm.sh/release.v1
metadata:
  name: sh.helm.release.v1.app.v2
  labels: {owner: helm, name: app, status: pending-upgrade, version: "2"}
data: {release: %s}
`, base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(
	`{"name": "app", "version": 2, "chart": {"metadata": {"name": "board", "version": "1"}}, "info": {"status": "pending-upgrade"}}`)))))

const forgedJob = `
apiVersion: batch/v1
kind: Job
metadata:
  name: NAME
  labels: {styrmin.io/run: forged, styrmin.io/deployment: app, styrmin.io/mode: pre, styrmin.io/hook: upgrade}
  annotations: {styrmin.io/action-name: pre_a}
spec:
  completions: 0
  template: {spec: {restartPolicy: Never, containers: [{name: x, image: none.invalid/x}]}}
`

// strikes are what happens to the cluster, one after the other, until time is up.
var strikes = []struct {
	name string
	do   func(*space)
}{
	{"nothing happens", func(*space) {}},
	{"a replica is deleted", func(s *space) { s.system("delete", "pod", s.replica(), "--wait=false") }},
	{"the replicas are restarted one by one", func(s *space) { s.system("rollout", "restart", "deployment/styrmin-webhook") }},
	{"the certificate is renewed", func(s *space) {
		s.system("patch", "secret", "styrmin-webhook-cert", "--type=merge", "-p", `{"data":{"tls.crt":"","tls.key":""}}`)
	}},
	{"the certificate's authority is renewed", (*space).renewAuthority},
	{"a replica is killed", func(s *space) { s.system("delete", "pod", s.replica(), "--grace-period=0", "--force") }},
	{"the controllers' leader is killed", func(s *space) { s.run("cluster", "daemon", "restart", "kube-controller-manager").expect(s.T, 0) }},
	{"the API server is restarted", func(s *space) { s.run("cluster", "daemon", "restart", "kube-apiserver").expect(s.T, 0) }},
}

// renewAuthority asks for another authority, and waits until it is the only one that is trusted.
func (s *space) renewAuthority() {
	s.Helper()
	authority := func() string {
		return s.run("kubectl", "-n", v1.SystemNamespace, "get", "secret", "styrmin-webhook-cert", "-o", `jsonpath={.data.ca\.crt}`).stdout
	}
	old := authority()
	s.system("annotate", "--overwrite", "secret", "styrmin-webhook-cert", "styrmin.io/renew-authority=now")
	s.eventually("another authority takes the old one's place", func() (string, bool) {
		now := authority()
		data, err := base64.StdEncoding.DecodeString(now)
		return string(data), err == nil && now != old && strings.Count(string(data), "BEGIN CERTIFICATE") == 1
	})
}

// lull is how long traffic flows after each strike before the next one.
const lull = 20 * time.Second

// strike does one thing after the other, each on a webhook that has recovered.
func (s *space) strike(ctx context.Context, flow *traffic) {
	s.Helper()
	for i := 0; ctx.Err() == nil; i++ {
		one := strikes[i%len(strikes)]
		flow.during(one.name)
		one.do(s)
		select {
		case <-ctx.Done():
		case <-time.After(lull):
		}
		s.eventually("the webhook has two replicas again", func() (string, bool) {
			r := s.run("kubectl", "-n", v1.SystemNamespace, "rollout", "status", "deployment/styrmin-webhook", "--timeout=30s")
			return r.out, r.code == 0
		})
	}
}

// system runs kubectl in the webhook's namespace.
func (s *space) system(arguments ...string) {
	s.Helper()
	s.run(append([]string{"kubectl", "-n", v1.SystemNamespace}, arguments...)...).expect(s.T, 0)
}

// replica is the name of one of the webhook's pods.
func (s *space) replica() string {
	s.Helper()
	r := s.run("kubectl", "-n", v1.SystemNamespace, "get", "pods", "-l", "app.kubernetes.io/name=styrmin-webhook", "-o", "jsonpath={.items[0].metadata.name}")
	if r.code != 0 || r.stdout == "" {
		s.Fatal(fmt.Errorf("there is no replica: %s", r))
	}
	return r.stdout
}
