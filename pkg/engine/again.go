package engine

import (
	"fmt"
	"strings"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/diagnostic"
)

// fitsAgain refuses to run once more what there is not, or has not run.
func (p *Prepared) fitsAgain() error {
	if !p.Situation.Resume {
		return &RefusedError{
			What: "there is no run with these inputs whose actions could run again",
			Next: "Nothing was changed. Without --rerun and --from, the same command begins a run of all actions, if anything changed.",
		}
	}
	run := p.Situation.Deployment.Status.Run
	names := make([]string, 0, len(run.Actions))
	known := map[string]bool{}
	for _, action := range run.Actions {
		names, known[action.Name] = append(names, action.Name), true
	}
	for _, name := range p.Again.Actions {
		if known[name] {
			continue
		}
		next := "Nothing was changed. The actions of this run are " + strings.Join(names, ", ") + "."
		if near := diagnostic.Suggest(name, names); near != "" {
			next += " " + near
		}
		return &RefusedError{What: fmt.Sprintf("run %s (%s) has no action %s", run.ID, run.Hook, name), Next: next}
	}
	return nil
}

// Reopen takes the recorded run up again.
func (p *Prepared) Reopen(run *v1.Run) {
	run.EndedAt, run.PausedAfter, run.Message, run.HelmFailure = nil, "", "", ""
	p.Again.Reset(run)
	if run.Phase == v1.RunSucceeded {
		// Until the engine says how far the run is: one that succeeded is never taken up.
		run.Phase = v1.RunPost
	}
}
