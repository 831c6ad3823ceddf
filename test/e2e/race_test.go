package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

const (
	// racers is how many engines want to make one upgrade.
	racers = 20
	// crowd is how many deployments are upgraded at once.
	crowd = 50
	// crowdTimeout bounds all of that, on a machine with two cores.
	crowdTimeout = 20 * time.Minute
)

// TestRace: of many engines that start the same upgrade at once, one makes it. The
// others say who does and since when, and what to do.
func TestRace(t *testing.T) {
	s := newSpace(t)
	b, dir := s.newBoard(), boardDriver(t, "small")
	s.styrmin("setup", "app", "--driver", dir, "--version", "1.0.0").expect(t, 0)

	b.hold("pre_b")
	engines := make([]*process, racers)
	for i := range engines {
		engines[i] = s.start("upgrade", "app", "--driver", dir, "--version", "2.0.0")
	}
	s.eventually("all engines but one have ended", func() (string, bool) {
		running := len(stillRunning(engines))
		return fmt.Sprintf("%d are at work", running), running <= 1
	})
	atWork := stillRunning(engines)
	if len(atWork) != 1 {
		t.Fatal("no engine is at work")
	}
	winner := atWork[0]
	since := s.deployment("app").Status.Run.StartedAt.UTC().Format("2006-01-02T15:04")
	for _, engine := range engines {
		if engine != winner {
			engine.wait().expect(t, 4,
				fmt.Sprintf("StyrminDeployment %s/app is being driven by", s.name), fmt.Sprintf("/%d-", winner.cmd.Process.Pid), "since "+since,
				"follow it with `kubectl styrmin status app -n "+s.name+" --watch`", "end its run with `kubectl styrmin abort app -n "+s.name+"`")
		}
	}
	b.await("begin pre_b")
	b.release("pre_b")
	winner.wait().expect(t, 0, "succeeded")
	b.expectOnce("pre_a", "pre_b", "core_a", "post_a", "post_b")
	if found := s.statuses("app"); found != "superseded deployed" {
		t.Errorf("the revisions are %q, expected one more", found)
	}
}

func stillRunning(engines []*process) []*process {
	var running []*process
	for _, engine := range engines {
		select {
		case <-engine.ended:
		default:
			running = append(running, engine)
		}
	}
	return running
}

// TestRaceOfMany upgrades many deployments of one namespace at once, each by an
// engine of its own, with real flows. All finish, and no client waits for its own
// limits. `make race` runs it.
func TestRaceOfMany(t *testing.T) {
	if os.Getenv("STYRMIN_RACE") == "" {
		t.Skip("STYRMIN_RACE is not set; `make race` sets it")
	}
	needCluster(t)
	s := newNamedSpace(t, "crowd")
	rejected := rejectedRequests(s)
	s.everyone(4, func(name string) []string {
		return []string{"setup", name, "--driver", stepsDriver(t), "--version", "1.0.0"}
	})
	began := time.Now()
	took := s.everyone(crowd, func(name string) []string {
		return []string{"upgrade", name, "--version", "1.0.1", "--driver", stepsDriver(t), "--timeout", crowdTimeout.String()}
	})
	total := time.Since(began)
	for i := range crowd {
		s.upgradedOnce(member(i))
	}
	fmt.Printf("\n%d deployments were upgraded at once in %.0f s, %d actions in all\n", crowd, total.Seconds(), 3*crowd)
	fmt.Printf("one upgrade: p50 %.0f s, p95 %.0f s, max %.0f s\n", took.at(0.5).Seconds(), took.at(0.95).Seconds(), took.at(1).Seconds())
	fmt.Printf("throttled by a client: none; rejected by the API server's priority and fairness: %d\n", rejectedRequests(s)-rejected)
}

func member(i int) string { return fmt.Sprintf("app-%02d", i) }

// everyone runs a command for each of the crowd, some at a time, and returns how
// long each took.
func (s *space) everyone(atATime int, command func(name string) []string) durations {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), crowdTimeout)
	defer cancel()
	results := make([]result, crowd)
	slots := make(chan struct{}, atATime)
	var running sync.WaitGroup
	for i := range crowd {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i] = launch(ctx, s.kubeconfig, "", s.styrminCommand(command(member(i)))...).wait()
		})
	}
	running.Wait()
	var took durations
	for _, r := range results {
		if r.code != 0 {
			s.Errorf("it did not finish:\n%s", r)
		}
		if strings.Contains(r.out, "throttling") {
			s.Errorf("its client throttled itself:\n%s", r)
		}
		took = append(took, r.took)
	}
	return took.sorted()
}

// upgradedOnce checks that a deployment's upgrade succeeded, with one Job an action.
func (s *space) upgradedOnce(name string) {
	s.Helper()
	run := s.deployment(name).Status.Run
	if run.Phase != v1.RunSucceeded || run.Revision != 2 {
		s.Errorf("the run of %s is %s with revision %d, expected %s with 2", name, run.Phase, run.Revision, v1.RunSucceeded)
	}
	for _, action := range run.Actions {
		if action.State != v1.ActionSucceeded || action.Attempt != 1 {
			s.Errorf("action %s of %s is %s after %d attempts", action.Name, name, action.State, action.Attempt)
		}
	}
}

// rejectedRequests counts what the API server refused since it could not keep up.
func rejectedRequests(s *space) int {
	s.Helper()
	total := 0
	for line := range strings.Lines(s.run("kubectl", "get", "--raw", "/metrics").stdout) {
		if strings.HasPrefix(line, "apiserver_flowcontrol_rejected_requests_total{") {
			var count float64
			if _, err := fmt.Sscan(line[strings.LastIndex(line, " "):], &count); err == nil {
				total += int(count)
			}
		}
	}
	return total
}

// stepsDriver is the driver in testdata/steps.
func stepsDriver(t *testing.T) string {
	t.Helper()
	driver, err := filepath.Abs("testdata/steps")
	if err != nil {
		t.Fatal(err)
	}
	return driver
}
