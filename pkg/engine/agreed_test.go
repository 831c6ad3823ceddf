package engine

import (
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/pkg/release"
)

func TestStillAgreed(t *testing.T) {
	shown := Situation{Hook: v1.RunHookUpgrade, Changed: true, Revisions: []release.Record{{Revision: 1}}}
	for name, tt := range map[string]struct {
		alter func(*Situation)
		same  bool
	}{
		"nothing":         {func(*Situation) {}, true},
		"deployment made": {func(s *Situation) { s.Deployment = &v1.StyrminDeployment{} }, true},
		"another hook":    {func(s *Situation) { s.Hook = v1.RunHookNone }, false},
		"done meanwhile":  {func(s *Situation) { s.Changed = false }, false},
		"a run began": {func(s *Situation) {
			s.Deployment = &v1.StyrminDeployment{Status: v1.StyrminDeploymentStatus{Run: &v1.Run{ID: "r"}}}
		}, false},
		"a new revision": {func(s *Situation) { s.Revisions = append(s.Revisions, release.Record{Revision: 2}) }, false},
	} {
		p := preparedFor(shown)
		agreed := p.Expectation()
		tt.alter(&p.Situation)
		if err := p.stillAgreed(agreed); err != nil {
			t.Errorf("%s, and nobody was asked: found %v", name, err)
		}
		p.Agreed = true
		if err := p.stillAgreed(agreed); (err == nil) != tt.same {
			t.Errorf("%s: found %v", name, err)
		}
		p.Agreed, p.Detached = false, &Detached{ID: "q", Expected: agreed}
		if err := p.stillAgreed(p.Expectation()); (err == nil) != tt.same {
			t.Errorf("%s, and somebody sent the engine: found %v", name, err)
		}
	}
}

func preparedFor(s Situation) *Prepared {
	return &Prepared{Request: Request{Desired: &v1.StyrminDeployment{}}, Instance: &instance.Instance{Digest: "d"}, Situation: s}
}

// TestSentAgain: an engine that is started again goes on with the run that it began, and
// with no other one.
func TestSentAgain(t *testing.T) {
	expected := preparedFor(Situation{Hook: v1.RunHookUpgrade, Changed: true}).Expectation()
	for name, tt := range map[string]struct {
		run    v1.Run
		resume bool
		goesOn bool
	}{
		"its own":             {v1.Run{ID: "r", Request: "q"}, true, true},
		"its own, but over":   {v1.Run{ID: "r", Request: "q"}, false, false},
		"of another request":  {v1.Run{ID: "r", Request: "other"}, true, false},
		"begun at a terminal": {v1.Run{ID: "r"}, true, false},
	} {
		p := preparedFor(Situation{
			Hook: v1.RunHookUpgrade, Changed: true, Resume: tt.resume,
			Deployment: &v1.StyrminDeployment{Status: v1.StyrminDeploymentStatus{Run: &tt.run}},
		})
		p.Detached = &Detached{ID: "q", Expected: expected}
		if err := p.stillAgreed(p.Expectation()); (err == nil) != tt.goesOn {
			t.Errorf("%s: found %v", name, err)
		}
	}
}
