package lifecycle

import (
	"sort"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// evidenceRun is the evidence of one run, newest attempts only.
type evidenceRun struct {
	id string
	// base is the lowest base revision among the Jobs: evidence is as old as its oldest part.
	base   int
	newest map[string]Attempt
}

// runsOf groups the pre evidence for an instance and hook by run. The last one
// decides what a denial reports: the current run, else the one with the newest base.
func runsOf(instance string, hook v1.RunHook, evidence []Evidence, current string) []evidenceRun {
	byID := map[string]*evidenceRun{}
	for _, e := range evidence {
		if e.Instance != instance || e.Hook != hook || e.Mode != v1.ModePre {
			continue
		}
		run := byID[e.Run]
		if run == nil {
			run = &evidenceRun{id: e.Run, base: e.BaseRevision, newest: map[string]Attempt{}}
			byID[e.Run] = run
		}
		run.base = min(run.base, e.BaseRevision)
		run.newest[e.Action] = newer(run.newest[e.Action], e.Attempt)
	}
	runs := make([]evidenceRun, 0, len(byID))
	for _, run := range byID {
		runs = append(runs, *run)
	}
	sort.Slice(runs, func(i, j int) bool {
		if (runs[i].id == current) != (runs[j].id == current) {
			return runs[j].id == current
		}
		if runs[i].base != runs[j].base {
			return runs[i].base < runs[j].base
		}
		return runs[i].id < runs[j].id
	})
	return runs
}

// newer prefers success, which cannot be taken back, and else the higher attempt.
func newer(a, b Attempt) Attempt {
	switch {
	case a.State == v1.ActionSucceeded:
		return a
	case b.State == v1.ActionSucceeded, b.Number > a.Number:
		return b
	default:
		return a
	}
}
