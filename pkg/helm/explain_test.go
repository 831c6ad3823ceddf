package helm

import (
	"context"
	"errors"
	"strings"
	"testing"

	rspb "helm.sh/helm/v3/pkg/release"
)

// TestExplain: whoever can tell why is asked before the rollback takes the reasons away, and only
// when something was not ready in time.
func TestExplain(t *testing.T) {
	for _, tc := range []struct {
		name string
		wait error
		want string
	}{
		{"not ready in time", context.DeadlineExceeded, "; rolled back to revision 1\n  deployment/web: 0 of 1 pods available\n    pod web: Pending"},
		{"another failure", errors.New("boom"), "boom; rolled back to revision 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t)
			h.seed(t, rspb.StatusDeployed)
			h.kube.WaitError = tc.wait
			h.store = &onceFailing{Driver: h.store, h: h}
			asked := ""
			_, err := h.Apply(t.Context(), Request{
				Release: "web", Chart: h.chart(t, nil), Wait: true, RollbackOnFailure: true,
				Explain: func(context.Context) []string {
					asked = h.statuses(t)
					return []string{"deployment/web: 0 of 1 pods available\n    pod web: Pending"}
				},
			})
			if err == nil || !strings.HasSuffix(err.Error(), tc.want) {
				t.Errorf("error %v, expected it to end with %q", err, tc.want)
			}
			if want := "1 deployed, 2 failed"; errors.Is(tc.wait, context.DeadlineExceeded) && asked != want {
				t.Errorf("asked when the revisions were %q, expected %q", asked, want)
			}
		})
	}
}
