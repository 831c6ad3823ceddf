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

// TestStillUnderWay: after an outage, an engine goes on with its own run, or not at all.
func TestStillUnderWay(t *testing.T) {
	recorded := func(id string, phase v1.RunPhase) *v1.StyrminDeployment {
		return &v1.StyrminDeployment{Status: v1.StyrminDeploymentStatus{Run: &v1.Run{ID: id, Phase: phase}}}
	}
	for name, tt := range map[string]struct {
		situation Situation
		goes      bool
	}{
		"its run":               {Situation{Deployment: recorded("r", v1.RunCore), Resume: true}, true},
		"its run failed":        {Situation{Deployment: recorded("r", v1.RunFailed), Resume: true}, true},
		"its run succeeded":     {Situation{Deployment: recorded("r", v1.RunSucceeded)}, true},
		"aborted":               {Situation{Deployment: recorded("r", v1.RunAborted)}, false},
		"another run":           {Situation{Deployment: recorded("s", v1.RunPre), Resume: true}, false},
		"nothing on record":     {Situation{}, false},
		"the release has moved": {Situation{Deployment: recorded("r", v1.RunCore)}, false},
	} {
		p := &Prepared{Request: Request{Desired: &v1.StyrminDeployment{}}, Situation: tt.situation, underWay: "r"}
		if err := p.stillUnderWay(); (err == nil) != tt.goes {
			t.Errorf("%s: found %v", name, err)
		}
		p.underWay = ""
		if err := p.stillUnderWay(); err != nil {
			t.Errorf("%s, and no run was under way: found %v", name, err)
		}
	}
}
