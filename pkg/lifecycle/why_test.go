package lifecycle_test

import (
	"slices"
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

func TestWhy(t *testing.T) {
	target := lifecycle.Target{Instance: "i", DriverDigest: "d", Version: "1"}
	for name, tt := range map[string]struct {
		deployed *lifecycle.Target
		want     []lifecycle.Cause
	}{
		"nothing deployed":   {nil, []lifecycle.Cause{lifecycle.CauseNothingDeployed}},
		"deployed by others": {&lifecycle.Target{}, []lifecycle.Cause{lifecycle.CauseDeployedByOthers}},
		"another version":    {&lifecycle.Target{Instance: "h", DriverDigest: "d", Version: "0"}, []lifecycle.Cause{lifecycle.CauseVersion}},
		"another driver":     {&lifecycle.Target{Instance: "h", DriverDigest: "c", Version: "1"}, []lifecycle.Cause{lifecycle.CauseDriver}},
		"both":               {&lifecycle.Target{Instance: "h", DriverDigest: "c", Version: "0"}, []lifecycle.Cause{lifecycle.CauseVersion, lifecycle.CauseDriver}},
		"other parameters":   {&lifecycle.Target{Instance: "h", DriverDigest: "d", Version: "1"}, []lifecycle.Cause{lifecycle.CauseInputs}},
		"the same":           {&target, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lifecycle.Why(tt.deployed, target); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, expected %q", got, tt.want)
			}
		})
	}
}

func TestResume(t *testing.T) {
	target := at("2")
	at1 := []release.Record{revision(1, release.StatusDeployed, at("1"))}
	rolledBack := []release.Record{
		revision(1, release.StatusSuperseded, at("1")), revision(2, release.StatusSuperseded, target), revision(3, release.StatusDeployed, at("1")),
	}
	run := func(phase v1.RunPhase, instance string) *v1.Run {
		return &v1.Run{ID: "r", Instance: instance, Phase: phase, BaseRevision: 1}
	}
	for name, tt := range map[string]struct {
		run       *v1.Run
		revisions []release.Record
		want      lifecycle.Resumption
	}{
		"no run":            {nil, at1, lifecycle.NothingToResume},
		"succeeded":         {run(v1.RunSucceeded, "i-2"), at1, lifecycle.NothingToResume},
		"aborted":           {run(v1.RunAborted, "i-2"), at1, lifecycle.NothingToResume},
		"under way":         {run(v1.RunPre, "i-2"), at1, lifecycle.Resumes},
		"failed":            {run(v1.RunFailed, "i-2"), at1, lifecycle.Resumes},
		"other inputs":      {run(v1.RunFailed, "i-3"), at1, lifecycle.OtherInputs},
		"rolled back since": {run(v1.RunFailed, "i-2"), rolledBack, lifecycle.ReleaseMoved},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lifecycle.Resume(tt.run, target, tt.revisions); got != tt.want {
				t.Errorf("found %q, expected %q", got, tt.want)
			}
		})
	}
}
