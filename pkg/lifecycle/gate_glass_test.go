package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

var glass = &v1.BreakGlass{By: "alice", Reason: "the database is down", Until: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}

// TestBreakGlass: it lets through what is held, and is not named where it was not needed.
func TestBreakGlass(t *testing.T) {
	for name, tt := range map[string]struct {
		alter  alter
		reason lifecycle.Reason
		words  []string
	}{
		"actions missing":  {func(w *lifecycle.World, _ *release.Record) { w.Evidence = nil }, lifecycle.ReasonBreakGlass, []string{"stop (Pending)", "alice", "app", "2026-01-02T03:04:05Z", "the database is down"}},
		"not declared":     {func(_ *lifecycle.World, r *release.Record) { r.Fingerprint.Values = "x" }, lifecycle.ReasonBreakGlass, []string{"no run of this change"}},
		"complete already": {nil, lifecycle.ReasonEvidence, nil},
		"a rollback":       {rollback("1"), lifecycle.ReasonRollback, []string{"rollback restores"}},
	} {
		t.Run(name, func(t *testing.T) {
			world, record := upgrading(), change(2, at("2"))
			if tt.alter != nil {
				tt.alter(&world, &record)
			}
			world.BreakGlass = glass
			verdict := lifecycle.Judge(record, world)
			if verdict.Outcome != lifecycle.Allowed || verdict.Reason != tt.reason || len(verdict.Missing) > 0 {
				t.Errorf("judged %+v", verdict)
			}
			for _, word := range tt.words {
				if !strings.Contains(verdict.Warning, word) {
					t.Errorf("expected %q in %q", word, verdict.Warning)
				}
			}
		})
	}
}

func TestBreakGlassInForce(t *testing.T) {
	now := glass.Until
	for after, want := range map[time.Duration]bool{
		-time.Second: false, 0: false, time.Second: true, v1.LongestBreakGlass: true, v1.LongestBreakGlass + time.Second: false,
	} {
		if got := (&v1.BreakGlass{Until: now.Add(after)}).InForce(now); got != want {
			t.Errorf("until %s from now: found %t, expected %t", after, got, want)
		}
	}
	var none *v1.BreakGlass
	if none.InForce(now) {
		t.Error("none is in force")
	}
}

func TestOrphaned(t *testing.T) {
	by := func(n int, status, run string) release.Record {
		return release.Record{Revision: n, Status: status, Labels: map[string]string{v1.LabelRun: run}}
	}
	for name, tt := range map[string]struct {
		revisions []release.Record
		outcome   lifecycle.Outcome
	}{
		"nothing there":             {nil, lifecycle.NotGoverned},
		"Helm's own":                {[]release.Record{{Revision: 1, Status: release.StatusDeployed}}, lifecycle.NotGoverned},
		"a run's":                   {[]release.Record{by(1, release.StatusDeployed, "r")}, lifecycle.Held},
		"a run's, failed since":     {[]release.Record{by(1, release.StatusDeployed, "r"), {Revision: 2, Status: release.StatusFailed}}, lifecycle.Held},
		"a run's, uninstalled":      {[]release.Record{by(1, release.StatusUninstalled, "r")}, lifecycle.NotGoverned},
		"a run's, then given up":    {[]release.Record{by(1, release.StatusSuperseded, "r"), {Revision: 2, Status: release.StatusDeployed}}, lifecycle.NotGoverned},
		"the first install is open": {[]release.Record{by(1, release.StatusPendingInstall, "r")}, lifecycle.NotGoverned},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lifecycle.Orphaned(tt.revisions); got.Outcome != tt.outcome {
				t.Errorf("judged %+v, expected %s", got, tt.outcome)
			}
		})
	}
}

func TestWaitable(t *testing.T) {
	running := lifecycle.MissingAction{Name: "a", State: v1.ActionRunning}
	pending := lifecycle.MissingAction{Name: "b", State: v1.ActionPending}
	held := lifecycle.Verdict{Outcome: lifecycle.Held, Reason: lifecycle.ReasonMissing, Run: "r", Missing: []lifecycle.MissingAction{running}}
	for name, tt := range map[string]struct {
		alter func(*lifecycle.Verdict)
		want  bool
	}{
		"one runs":            {func(*lifecycle.Verdict) {}, true},
		"two run":             {func(v *lifecycle.Verdict) { v.Missing = append(v.Missing, running) }, true},
		"one has not started": {func(v *lifecycle.Verdict) { v.Missing = append(v.Missing, pending) }, false},
		"none is missing":     {func(v *lifecycle.Verdict) { v.Missing = nil }, false},
		"spent":               {func(v *lifecycle.Verdict) { v.Reason = lifecycle.ReasonSpent }, false},
		"allowed":             {func(v *lifecycle.Verdict) { v.Outcome = lifecycle.Allowed }, false},
		"no run":              {func(v *lifecycle.Verdict) { v.Run = "" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := held
			tt.alter(&verdict)
			if got := verdict.Waitable(); got != tt.want {
				t.Errorf("found %t, expected %t", got, tt.want)
			}
		})
	}
}
