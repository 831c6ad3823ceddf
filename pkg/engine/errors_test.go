package engine_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
)

// theRun is a run that failed somewhere.
func theRun(revision int, states ...v1.ActionState) v1.Run {
	run := v1.Run{ID: "x7k2m9qd", Revision: revision}
	for i, name := range []string{"stop_worker", "back_up", "migrate", "verify"} {
		run.Actions = append(run.Actions, v1.ActionStatus{Name: name, State: states[i]})
	}
	return run
}

func TestFailedError(t *testing.T) {
	const good, bad, due = v1.ActionSucceeded, v1.ActionFailed, v1.ActionPending
	helmErr := errors.New("timed out")
	many := []engine.FailedAction{}
	for range 7 {
		many = append(many, engine.FailedAction{Name: "a", Message: "x"})
	}
	for name, err := range map[string]*engine.FailedError{
		"pre": {
			Mode: v1.ModePre, Run: theRun(0, good, bad, due, due), Stopped: []string{"deployment/notes-worker (had 2)"}, Command: "kubectl styrmin upgrade notes -n demo",
			Actions: []engine.FailedAction{{Name: "back_up", Attempt: 2, Message: "RuntimeError: disk full\nsecond line", Output: "dumping\ndisk full"}},
		},
		"lost": {
			Mode: v1.ModePre, Run: theRun(0, good, v1.ActionLost, due, due),
			Actions: []engine.FailedAction{{Name: "back_up", Attempt: 1, Lost: true, Message: "its Job back-up-x7k2m9qd-1 was deleted before it ended"}},
		},
		"helm":             {Mode: v1.ModeCore, Run: theRun(0, good, good, due, due), Helm: helmErr},
		"helm_failed":      {Mode: v1.ModeCore, Run: theRun(0, good, good, due, due), Helm: &helm.FailedError{Release: "notes", Revision: 2, Err: helmErr}},
		"helm_rolled_back": {Mode: v1.ModeCore, Run: theRun(0, good, good, due, due), Helm: &helm.FailedError{Release: "notes", Revision: 2, RolledBackTo: 1, Err: helmErr}},
		"core":             {Mode: v1.ModeCore, Run: theRun(2, good, good, bad, due), Actions: []engine.FailedAction{{Name: "migrate", Attempt: 1, Message: "x"}}},
		"in_action":        {Mode: v1.ModeCore, Run: theRun(0, good, good, bad, due), Actions: []engine.FailedAction{{Name: "migrate", Attempt: 1, Message: "x"}}},
		"post":             {Mode: v1.ModePost, Run: theRun(2, good, good, good, bad), Actions: []engine.FailedAction{{Name: "verify", Attempt: 1, Message: "x"}}},
		"bound":            {Mode: v1.ModePost, Run: theRun(2, good, good, good, bad), Bound: 10 * time.Minute, Actions: []engine.FailedAction{{Name: "verify", Attempt: 1, Message: "it was stopped"}}},
		"many":             {Mode: v1.ModePre, Run: theRun(0, good, bad, due, due), Actions: many},
	} {
		t.Run(name, func(t *testing.T) {
			err.Namespace, err.Name = "demo", "notes"
			golden(t, "failed_"+name, err.Error()+"\n")
		})
	}
	if !errors.Is(&engine.FailedError{Helm: helmErr}, helmErr) {
		t.Error("Helm's error is not in the chain")
	}
}

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, found string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(found), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expected, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(expected), found); diff != "" {
		t.Errorf("(-golden +found), -update rewrites it:\n%s", diff)
	}
}
