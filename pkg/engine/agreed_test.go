package engine

import (
	"testing"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
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
		now := shown
		tt.alter(&now)
		p := &Prepared{Request: Request{Desired: &v1.StyrminDeployment{}}, Situation: now, Agreed: true}
		if err := p.stillAgreed(shown); (err == nil) != tt.same {
			t.Errorf("%s: found %v", name, err)
		}
		p.Agreed = false
		if err := p.stillAgreed(shown); err != nil {
			t.Errorf("%s, and nobody was asked: found %v", name, err)
		}
	}
}
