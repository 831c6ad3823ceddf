package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

func deploymentWith(run v1.Run, history ...v1.RunSummary) *v1.StyrminDeployment {
	d := &v1.StyrminDeployment{}
	d.Name, d.Namespace = "notes", "demo"
	d.Status.Run, d.Status.History = &run, history
	return d
}

func running(phase v1.RunPhase) v1.Run {
	return v1.Run{ID: "x", Hook: v1.RunHookUpgrade, Version: "2.0", Phase: phase, StartedAt: moment(0), Actions: []v1.ActionStatus{{Name: "a", Mode: v1.ModePre, State: v1.ActionPending}}}
}

// watched plays states to `status --watch` and returns its output and its error.
func watched(ctx context.Context, s *statusOptions, states ...*v1.StyrminDeployment) (string, error) {
	streams, _, out, _ := genericiooptions.NewTestIOStreams()
	s.options = &options{IOStreams: streams, terminal: s.terminalOf(), warnings: &warnings{}}
	if s.output != "" {
		s.stream = progress.NewStream(out, "demo", "notes")
	}
	send, failed := make(chan *v1.StyrminDeployment), make(chan error)
	done := make(chan struct{})
	go func() {
		for _, state := range states {
			select {
			case send <- state:
			case <-done:
			}
		}
	}()
	err := s.loop(ctx, deploymentWith(running(v1.RunPre)), send, failed)
	close(done)
	return out.String(), err
}

func (s *statusOptions) terminalOf() Terminal {
	if s.options == nil {
		return Terminal{}
	}
	return s.terminal
}

// TestWatchEnds: how the run ended decides about the exit code.
func TestWatchEnds(t *testing.T) {
	over := func(phase v1.RunPhase, message string) v1.Run {
		run := running(phase)
		run.EndedAt, run.Message = later(5), message
		return run
	}
	next := running(v1.RunPre)
	next.ID = "y"
	for name, tt := range map[string]struct {
		state *v1.StyrminDeployment
		code  int
		words string
	}{
		"succeeded":                 {deploymentWith(over(v1.RunSucceeded, "")), ExitOK, "run x: succeeded in 5s"},
		"failed":                    {deploymentWith(over(v1.RunFailed, "the run failed in pre: action a: no")), ExitProblems, "run x: failed after 5s: the run failed in pre: action a: no"},
		"aborted":                   {deploymentWith(over(v1.RunAborted, "aborted by bob at T: no")), ExitProblems, "run x: aborted by bob at T: no"},
		"another run, it succeeded": {deploymentWith(next, v1.RunSummary{ID: "x", Phase: v1.RunSucceeded, EndedAt: later(5)}), ExitOK, "run x: succeeded in 5s"},
		"another run, it was left":  {deploymentWith(next, v1.RunSummary{ID: "x", Phase: v1.RunPre}), ExitProblems, "run x: failed: another run has begun"},
		"deleted":                   {nil, ExitProblems, ""},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := watched(t.Context(), &statusOptions{}, deploymentWith(running(v1.RunPre)), tt.state)
			if code := exitCode(err); code != tt.code {
				t.Errorf("exit code %d (%v), expected %d", code, err, tt.code)
			}
			if !strings.Contains(out, tt.words) || !strings.HasPrefix(out, "22:13:20Z run x: upgrade, version 2.0\n") {
				t.Errorf("expected %q in\n%s", tt.words, out)
			}
		})
	}
}

func TestWatchIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := watched(ctx, &statusOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("found %v", err)
	}
}

// TestWatchForPrograms: what happens is a stream of JSON, from what is known to the end.
func TestWatchForPrograms(t *testing.T) {
	over := running(v1.RunSucceeded)
	over.EndedAt = later(5)
	s := &statusOptions{output: "json", watch: true}
	out, err := watched(t.Context(), s, deploymentWith(running(v1.RunPre)), deploymentWith(over))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(out) {
		var record progress.Record
		if err := json.Unmarshal([]byte(line), &record); err != nil || record.Run != "x" || record.Deployment != "notes" {
			t.Errorf("%v: %s", err, line)
		}
		found = append(found, string(record.Event))
	}
	if want := "RunStarted ModeStarted RunSucceeded"; strings.Join(found, " ") != want {
		t.Errorf("found %v, expected %s", found, want)
	}
	if result := s.result(nil); result != progress.ResultSucceeded {
		t.Errorf("result %s", result)
	}
}

// TestWatchOnATerminal draws over what it drew, and leaves out what does not fit.
func TestWatchOnATerminal(t *testing.T) {
	run := running(v1.RunPre)
	for i := range 30 {
		run.Actions = append(run.Actions, v1.ActionStatus{Name: fmt.Sprintf("done_%d", i), Mode: v1.ModePre, State: v1.ActionSucceeded, StartedAt: later(0), EndedAt: later(1)})
	}
	run.Actions = append(run.Actions, v1.ActionStatus{Name: "busy", Mode: v1.ModePre, State: v1.ActionFailed, StartedAt: later(0), EndedAt: later(1)})
	over := *run.DeepCopy()
	over.Phase, over.EndedAt = v1.RunSucceeded, later(5)
	s := &statusOptions{options: &options{terminal: Terminal{Size: func() (int, int) { return 40, 10 }}}}
	out, err := watched(t.Context(), s, deploymentWith(run), deploymentWith(over))
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"1 failed, 1 pending, 30 succeeded", "busy", "upgrade 2.0 succeeded in 5s"} {
		if !strings.Contains(out, words) {
			t.Errorf("expected %q in\n%q", words, out)
		}
	}
	drawn, _, _ := strings.Cut(out, "succeeded in")
	if strings.Contains(drawn, "done_1") {
		t.Errorf("what has succeeded is shown although there is no room:\n%q", out)
	}
}
