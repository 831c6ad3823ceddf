package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// crashers is how many upgrades are killed at a time, each in a space of its own.
const crashers = 3

// TestCrashMatrix kills the plugin with SIGKILL at every call of an upgrade that
// changes something in the cluster, and gives the same command again. Each time
// the run has to end well, the release to have one revision more, and each action
// to have had its effect exactly once, by a ledger that the actions themselves
// write. It takes a quarter of an hour: `make crash-matrix` runs it.
func TestCrashMatrix(t *testing.T) {
	if os.Getenv("STYRMIN_CRASH_MATRIX") == "" {
		t.Skip("STYRMIN_CRASH_MATRIX is not set; `make crash-matrix` sets it")
	}
	needCluster(t)
	spaces := make([]*crashing, crashers)
	for i := range spaces {
		spaces[i] = newCrashing(t, i)
	}
	points := spaces[0].points()
	queue := make(chan int, len(points))
	for i := range points {
		queue <- i
	}
	close(queue)
	rows := make([]string, len(points))
	t.Run("all", func(t *testing.T) {
		for i, c := range spaces {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				c.space = c.with(t)
				for i := range queue {
					rows[i] = c.killAt(points[i])
				}
			})
		}
	})
	fmt.Printf("\n     %-42s %-10s %-8s %-8s %s\n", "killed when this call had taken effect", "then", "revision", "effects", "took")
	for i, row := range rows {
		fmt.Printf("%3d  %s\n", i+1, row)
	}
}

// crashing is a space in which one upgrade after the other is killed.
type crashing struct {
	ledger
	driver   string
	upgrades int
	revision int
}

func newCrashing(t *testing.T, number int) *crashing {
	t.Helper()
	s := newNamedSpace(t, fmt.Sprintf("crash-%d", number))
	driver, err := filepath.Abs("testdata/ledger")
	if err != nil {
		t.Fatal(err)
	}
	c := &crashing{ledger: s.newLedger(), driver: driver, revision: 1}
	c.styrmin("setup", "app", "--driver", c.driver, "--version", "1.0.0").expect(t, 0)
	return c
}

// next is the command line of the next upgrade, and its version.
func (c *crashing) next() (command []string, version string) {
	c.upgrades++
	version = fmt.Sprintf("1.0.%d", c.upgrades)
	return c.styrminCommand([]string{"upgrade", "app", "--driver", c.driver, "--version", version}), version
}

// points lists the calls of an undisturbed upgrade. Of the renewals of the lock
// it has the first: how many follow depends on the time that the upgrade takes.
func (c *crashing) points() []call {
	c.Helper()
	p := c.newProxy()
	defer p.close()
	command, version := c.next()
	execute(c.Context(), p.kubeconfig, "", command...).expect(c.T, 0)
	c.revision++
	if wrong, ok := c.once(version); !ok {
		c.Fatalf("undisturbed, the ledger has %s", wrong)
	}
	var points []call
	for _, call := range p.calls() {
		if call.what != "PUT leases" || call.nth == 1 {
			points = append(points, call)
		}
	}
	if len(points) < 20 {
		c.Fatalf("an upgrade is said to take only %d changing calls: %v", len(points), points)
	}
	return points
}

// killAt kills an upgrade at the call, resumes it, and says how that ended.
func (c *crashing) killAt(point call) string {
	began := time.Now()
	p := c.newProxy()
	defer p.close()
	command, version := c.next()
	var victim *process
	started := make(chan struct{})
	p.after = func(made call) {
		if made == point {
			<-started
			_ = victim.cmd.Process.Kill()
			<-victim.ended
		}
	}
	victim = launch(c.Context(), p.kubeconfig, "", command...)
	close(started)
	first := victim.wait()
	then := "resumed"
	if first.code != -1 {
		then = "not killed" // this time the upgrade went without this call
	}
	again := execute(c.Context(), c.kubeconfig, "", command...)
	switch {
	case strings.Contains(again.out, "nothing to do"):
		then = "was over"
	case !strings.Contains(again.out, "resumed: "):
		then = "anew"
	}
	if again.code != 0 {
		c.Errorf("killed at %s, and then:\n%s\nthe killed one:\n%s", point, again, first)
		then = fmt.Sprintf("exit %d", again.code)
	}
	return fmt.Sprintf("%-42s %-10s %-8s %-8s %.0f s", point, then, c.checkRevision(point), c.checkEffects(point, version), time.Since(began).Seconds())
}

func (c *crashing) checkRevision(point call) string {
	history, before := c.history("app"), c.revision
	last := history[len(history)-1]
	c.revision = last.Revision
	if last.Revision != before+1 || last.Status != "deployed" {
		c.Errorf("killed at %s: revision %d is %s, expected %d to be deployed", point, last.Revision, last.Status, before+1)
	}
	if run := c.deployment("app").Status.Run; run.Phase != v1.RunSucceeded || run.Revision != last.Revision {
		c.Errorf("killed at %s: the run is %s with revision %d", point, run.Phase, run.Revision)
	}
	return fmt.Sprintf("%+d", last.Revision-before)
}

func (c *crashing) checkEffects(point call, version string) string {
	if wrong, ok := c.once(version); !ok {
		c.Errorf("killed at %s: the ledger has %s", point, wrong)
		return wrong
	}
	return "once"
}
