package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// faultTimeout bounds an upgrade that meets a fault: none may hang.
const faultTimeout = 6 * time.Minute

// faultCase is a fault, and what comes of an upgrade that meets it.
type faultCase struct {
	name string
	// meet lets an upgrade meet the fault and returns how it ended, with the fault gone.
	meet func(*faulty)
	// code and says are how the upgrade ends, phase is what is on record then.
	code  int
	says  []string
	phase v1.RunPhase
	// jobs is how many Jobs the action pre_a has had in the end.
	jobs int
	// whole is true for a fault of the whole cluster, which no other test may meet.
	whole bool
	// everyday is true for a case that runs with every test.
	everyday bool
	// lost is what the same command says afterwards when it cannot finish the run.
	lost []string
}

// TestFaults lets an upgrade meet those faults that take little time.
func TestFaults(t *testing.T) {
	needCluster(t)
	for _, c := range faultCases {
		if c.everyday {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				newFaulty(t).check(c)
			})
		}
	}
}

// TestFaultMatrix lets an upgrade meet one fault after the other. Each has a
// defined outcome, and the same command finishes the run when the fault is gone:
// the release has one revision more, and each action has had its effect once, by
// a ledger that the actions themselves write. `make fault-matrix` runs it.
func TestFaultMatrix(t *testing.T) {
	if os.Getenv("STYRMIN_FAULT_MATRIX") == "" {
		t.Skip("STYRMIN_FAULT_MATRIX is not set; `make fault-matrix` sets it")
	}
	needCluster(t)
	rows := make([]string, len(faultCases))
	// Those of the whole cluster come first, one after the other: subtests that
	// are parallel wait until the others have ended.
	t.Run("all", func(t *testing.T) {
		for i, c := range faultCases {
			t.Run(c.name, func(t *testing.T) {
				if !c.whole {
					t.Parallel()
				}
				rows[i] = newFaulty(t).check(c)
			})
		}
	})
	fmt.Printf("\n     %-55s %-5s %-10s %-12s %-5s %-8s %-8s %s\n", "fault", "exit", "on record", "again", "Jobs", "revision", "effects", "took")
	for i, row := range rows {
		fmt.Printf("%3d  %-55s %s\n", i+1, faultCases[i].name, row)
	}
}

// faulty is a space in which an upgrade meets a fault.
type faulty struct {
	ledger
	proxy   *proxy
	command []string
	upgrade *process
	began   time.Time
}

// The upgrade that meets the fault leads to this version.
const faultVersion = "1.0.1"

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	s := newNamedSpace(t, "fault")
	// Without it there is no pod, and after a fault it takes its time.
	s.kubectl("wait", "--for=create", "serviceaccount/default", "--timeout="+patience.String()).expect(t, 0)
	f := &faulty{ledger: s.newLedger(), began: time.Now()}
	driver, err := filepath.Abs("testdata/ledger")
	if err != nil {
		t.Fatal(err)
	}
	f.styrmin("setup", "app", "--driver", driver, "--version", "1.0.0").expect(t, 0)
	f.proxy = f.newProxy()
	t.Cleanup(f.proxy.close)
	f.command = []string{"upgrade", "app", "--driver", driver, "--version", faultVersion}
	return f
}

// start starts the upgrade; arguments belong to its command from then on.
func (f *faulty) start(arguments ...string) {
	f.Helper()
	f.command = append(f.command, arguments...)
	f.upgrade = launch(f.Context(), f.proxy.kubeconfig, "", f.styrminCommand(f.command)...)
}

// startHurried is start with little time for each action; given again, the command has
// more, for how fast the machine is then is not what is tested.
func (f *faulty) startHurried(arguments ...string) {
	f.Helper()
	f.command = append(f.command, arguments...)
	f.upgrade = launch(f.Context(), f.proxy.kubeconfig, "", f.styrminCommand(append(slices.Clone(f.command), "--timeout", "20s"))...)
}

// begun starts the upgrade and returns when its action pre_a is at work, which waits
// until it is released. pre_b may be at work beside it.
func (f *faulty) begun() {
	f.Helper()
	f.hold("pre_a")
	f.start()
	f.awaitBegun(faultVersion, "pre_a", 1)
}

// underWay is begun, and returns when no other action is at work than pre_a. That one
// needs nothing of the cluster; one that does may fail by itself when the cluster does.
func (f *faulty) underWay() {
	f.Helper()
	f.begun()
	f.awaitState("app", "pre_b", v1.ActionSucceeded)
}

// cluster is the tool that has made the cluster.
func (f *faulty) cluster(arguments ...string) {
	f.Helper()
	f.run(append([]string{"cluster"}, arguments...)...).expect(f.T, 0)
}

// lasts is how long a fault is there that is there for a while: much longer than
// what makes a client try again at once, and shorter than the lock.
const lasts = 8 * time.Second

// during lets the upgrade, while pre_a ends, meet a fault for a while.
func (f *faulty) during(fault fault, while time.Duration) {
	f.Helper()
	f.underWay()
	f.proxy.meet(fault)
	f.release("pre_a")
	f.pass(while)
	f.proxy.meet(nil)
}

// pass lets time pass: the time that a fault takes.
func (f *faulty) pass(d time.Duration) {
	f.Helper()
	select {
	case <-time.After(d):
	case <-f.Context().Done():
		f.Fatal("interrupted")
	}
}

// ends waits for the end of the upgrade.
func (f *faulty) ends() result {
	f.Helper()
	select {
	case <-f.upgrade.ended:
	case <-time.After(faultTimeout):
		f.upgrade.kill(f.T)
		f.Errorf("the upgrade has not ended within %s", faultTimeout)
	}
	return f.upgrade.wait()
}

// check lets the upgrade meet the fault, and gives the same command again.
func (f *faulty) check(c faultCase) string {
	f.Helper()
	c.meet(f)
	first := f.ends()
	f.Log(first)
	if first.code != c.code {
		f.Errorf("exit code %d, expected %d", first.code, c.code)
	}
	for _, text := range c.says {
		if !strings.Contains(first.out, text) {
			f.Errorf("the output does not say %q", text)
		}
	}
	if c.lost != nil {
		f.styrmin(f.command...).expect(f.T, 3, c.lost...)
		return fmt.Sprintf("%-5d %-10s %-12s %-5s %-8s %-8s %.0f s", first.code, "gone", "refused", "", "", "", time.Since(f.began).Seconds())
	}
	phase := f.deployment("app").Status.Run.Phase
	if phase != c.phase {
		f.Errorf("the run is %s on record, expected %s", phase, c.phase)
	}
	return fmt.Sprintf("%-5d %-10s %s", first.code, phase, f.finish(c))
}

// finish gives the same command again, and looks at what has come of it all.
func (f *faulty) finish(c faultCase) string {
	f.Helper()
	again := f.styrmin(f.command...)
	f.Log(again)
	then := "resumed"
	switch {
	case again.code != 0:
		f.Errorf("given again, the command ended with exit code %d", again.code)
		then = fmt.Sprintf("exit %d", again.code)
	case strings.Contains(again.out, "nothing to do"):
		then = "nothing to do"
	case !strings.Contains(again.out, " resumed: "):
		f.Errorf("given again, the command did not resume the run")
		then = "anew"
	}
	history := f.history("app")
	last := history[len(history)-1]
	if last.Revision != 2 || last.Status != "deployed" {
		f.Errorf("revision %d is %s, expected 2 to be deployed", last.Revision, last.Status)
	}
	if run := f.deployment("app").Status.Run; run.Phase != v1.RunSucceeded || run.Revision != last.Revision {
		f.Errorf("in the end the run is %s with revision %d", run.Phase, run.Revision)
	}
	jobs := len(f.jobs(v1.HookUpgrade)["pre_a"])
	if jobs != c.jobs {
		f.Errorf("action pre_a had %d Jobs, expected %d", jobs, c.jobs)
	}
	effects := "once"
	if wrong, ok := f.once(faultVersion); !ok {
		f.Errorf("the ledger has %s", wrong)
		effects = wrong
	}
	return fmt.Sprintf("%-12s %-5d %-8s %-8s %.0f s", then, jobs, fmt.Sprintf("%+d", last.Revision-1), effects, time.Since(f.began).Seconds())
}

// pod is the pod of the action pre_a.
func (f *faulty) pod() corev1.Pod {
	f.Helper()
	pods, err := cluster.kube.CoreV1().Pods(f.name).List(f.Context(), metav1.ListOptions{LabelSelector: v1.LabelAction + "=pre-a"})
	if err != nil || len(pods.Items) == 0 {
		f.Fatalf("no pod of action pre_a: %v", err)
	}
	return pods.Items[0]
}
