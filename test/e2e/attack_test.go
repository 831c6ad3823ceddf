package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// attack is one attempt of somebody with no more than the role edit to get a
// change of the release through without its pre actions.
type attack struct {
	name string
	// try makes the attempt and returns what the attacker saw.
	try func(*attacker) result
	// by is who stops it, and says a part of what they say.
	by, says string
}

// Who stops an attempt.
const (
	byGate    = "the gate"
	byWebhook = "the webhook"
	byPolicy  = "the policy styrmin-pods"
	byRBAC    = "RBAC"
	byServer  = "the API server"
	// rendered: the object is taken, as what the server made of it.
	rendered = "the server's rendering"
	// inVain: the attempt is taken, and the change is held as before.
	inVain = "nobody; it proves nothing"
)

// attacker is who attacks StyrminDeployment app, and what they know.
type attacker struct {
	*space
	admin *space
	// dir is the driver's directory; values are the file of the change that they want.
	dir, values string
	// done is the Job of a setup that succeeded, atWork that of pre_b, which runs.
	done, atWork batchv1.Job
	// table is what has been found so far.
	table *[]string
}

// outOfScope are attempts that are not stopped. docs/threat-model.md has each,
// by this name, with the reason.
var outOfScope = []string{
	"What actions meet", "Deleting Helm's records", "The deployment's status", "`spec.gate.rollback`", "Charts beside the driver",
	"The time before a namespace opts in", "`helm uninstall`", "Prefect's API", "Root on a node", "While the webhook is down",
}

// TestAttacks: none of the attempts gets the change through; the honest way does.
func TestAttacks(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("driver", "load", dir).expect(t, 0)
	a := &attacker{space: s.as("mallory-" + s.name), admin: s, dir: dir, table: &[]string{}}
	t.Cleanup(a.print)
	a.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)
	a.done = s.jobs(v1.HookSetup)["greet"][0]

	b.fail("pre_a")
	b.hold("pre_b")
	running := a.start("upgrade", "app", "--driver", dir, "--version", "2.0.0")
	b.await("begin pre_b")
	s.awaitState("app", "pre_a", v1.ActionFailed)
	a.values, a.atWork = s.valuesFile("app"), s.jobs(v1.HookUpgrade)["pre_b"][0]
	a.all(jobAttacks, podAttacks, instanceAttacks, deploymentAttacks, recordAttacks)
	b.release("pre_b")
	running.wait().expect(t, 1, "pre_a")

	a.all(statusAttacks)
	b.mend("pre_a")
	a.styrmin("upgrade", "app", "--driver", dir, "--version", "2.0.0", "--until", "pre").expect(t, 0, "paused after pre")
	a.helm(helm3, a.upgrade()...).expect(t, 0)
	a.note("CONTROL: every pre action has succeeded", "the change is let through")
	a.all(replayAttacks)
	checkOutOfScope(t)
}

// all makes the attempts of some lists, and shows after each that the change is held.
func (a *attacker) all(lists ...[]attack) {
	a.Helper()
	for _, list := range lists {
		for _, one := range list {
			a.Run(one.name, func(t *testing.T) { a.with(t).make(one) })
		}
	}
}

// with is the attacker in a subtest.
func (a *attacker) with(t *testing.T) *attacker {
	clone := *a
	clone.space, clone.admin = a.space.with(t), a.admin.with(t)
	return &clone
}

func (a *attacker) make(one attack) {
	a.Helper()
	r := one.try(a)
	refused := one.by != rendered && one.by != inVain
	if refused && (r.code == 0 || !strings.Contains(r.out, one.says)) {
		a.Fatalf("expected %s to refuse it, saying %q:\n%s", one.by, one.says, r)
	}
	if !refused && r.code != 0 {
		a.Fatalf("expected the attempt to be taken and to lead to nothing:\n%s", r)
	}
	a.stillHeld()
	a.note(one.name, one.by)
}

// stillHeld: the change does not get through, and nothing of the release changed.
func (a *attacker) stillHeld() {
	a.Helper()
	before := a.records()
	a.helm(helm3, a.upgrade()...).expect(a.T, 1, "held by styrmin")
	if after := a.records(); after != before {
		a.Errorf("the records are %s, before it was tried they were %s", after, before)
	}
}

// records are the release's records with their states.
func (a *attacker) records() string {
	a.Helper()
	list, err := cluster.kube.CoreV1().Secrets(a.name).List(a.Context(), metav1.ListOptions{LabelSelector: "owner=helm,name=app"})
	if err != nil {
		a.Fatal(err)
	}
	var all []string
	for _, record := range list.Items {
		all = append(all, record.Name+" "+record.Labels["status"])
	}
	return strings.Join(all, ", ")
}

// upgrade is Helm's command line for the change.
func (a *attacker) upgrade() []string {
	return []string{"upgrade", "--install", "app", filepath.Join(a.dir, "chart"), "-f", a.values}
}

func (a *attacker) note(name, by string) {
	*a.table = append(*a.table, fmt.Sprintf("%d\t%s\t%s", len(*a.table)+1, name, by))
}

// afterwards runs kubectl as the administrator when the attempt has been judged;
// the test's own context has ended by then.
func (a *attacker) afterwards(arguments ...string) {
	t, kubeconfig, namespace := a.T, a.admin.kubeconfig, a.name
	t.Cleanup(func() {
		r := execute(cleanupContext(t), kubeconfig, "", append([]string{"kubectl", "-n", namespace}, arguments...)...)
		if r.code != 0 {
			t.Error(r)
		}
	})
}

// print shows the table, whatever came of the test.
func (a *attacker) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "\n#\tATTEMPT WITH THE ROLE edit\tSTOPPED BY")
	for _, line := range *a.table {
		fmt.Fprintln(w, line)
	}
	for _, name := range outOfScope {
		fmt.Fprintf(w, "-\t%s\tout of scope, see docs/threat-model.md\n", name)
	}
}

// checkOutOfScope holds the list against the document.
func checkOutOfScope(t *testing.T) {
	t.Helper()
	model, err := os.ReadFile(filepath.Join(cluster.root, "docs", "threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range outOfScope {
		if !strings.Contains(string(model), "**"+name+"**") {
			t.Errorf("docs/threat-model.md does not name %q", name)
		}
	}
}
