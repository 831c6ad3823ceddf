package plugin

import (
	"bytes"
	"strings"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// TestFlowRunInStatus: status names the page of each flow run that a Prefect server keeps.
func TestFlowRunInStatus(t *testing.T) {
	var out bytes.Buffer
	printRun(&out, &v1.Run{ID: "k1", Phase: v1.RunFailed, StartedAt: moment(0), Actions: []v1.ActionStatus{
		{Name: "back_up", State: v1.ActionSucceeded, FlowRunURL: "http://localhost:4200/runs/flow-run/1\x1b[2J"},
		{Name: "migrate", State: v1.ActionFailed},
	}})
	for _, want := range []string{"  back_up in Prefect: http://localhost:4200/runs/flow-run/1", "kubectl styrmin ui"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("found %q, expected %q in it", out.String(), want)
		}
	}
	if strings.Contains(out.String(), "\x1b") || strings.Contains(out.String(), "migrate in Prefect") {
		t.Errorf("found %q, expected no control character, and no page of a run that has none", out.String())
	}
}

// TestMessageInStatus: what belongs to the run stands below it, every line of it.
func TestMessageInStatus(t *testing.T) {
	var out bytes.Buffer
	printRun(&out, &v1.Run{ID: "k1", Phase: v1.RunFailed, StartedAt: moment(0), Message: "Action migrate failed: its output ends:\nno space left"})
	if want := "\n  Action migrate failed: its output ends:\n  no space left\n"; !strings.Contains(out.String(), want) {
		t.Errorf("found %q, expected %q in it", out.String(), want)
	}
}

// TestFlowRunElsewhere: a server that people reach by themselves needs nothing forwarded.
func TestFlowRunElsewhere(t *testing.T) {
	var out bytes.Buffer
	printFlowRuns(&out, []v1.ActionStatus{{Name: "migrate", FlowRunURL: "https://prefect.example.org/runs/flow-run/1"}})
	if want := "  migrate in Prefect: https://prefect.example.org/runs/flow-run/1\n"; out.String() != want {
		t.Errorf("found %q, expected %q", out.String(), want)
	}
}
