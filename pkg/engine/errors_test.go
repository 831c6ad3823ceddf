package engine_test

import (
	"errors"
	"testing"
	"time"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
)

func TestFailedError(t *testing.T) {
	helmErr := errors.New("timed out")
	for name, tt := range map[string]struct {
		err  *engine.FailedError
		want string
	}{
		"pre": {
			&engine.FailedError{Mode: v1.ModePre, Actions: []engine.FailedAction{{Name: "a", Message: "x"}, {Name: "b", Message: "y"}}},
			"the run failed in pre: action a: x; action b: y\nThe Helm release was not touched. What the actions did before they failed is not undone.",
		},
		"Helm": {
			&engine.FailedError{Mode: v1.ModeCore, Helm: helmErr},
			"the run failed in core: the Helm release could not be changed: timed out\nThe pre actions succeeded and are not undone; the Helm release is not at the new version.",
		},
		"core action": {
			&engine.FailedError{Mode: v1.ModeCore, Actions: []engine.FailedAction{{Name: "a", Message: "x"}}, ReleaseChanged: true},
			"the run failed in core: action a: x\nThe Helm release has been changed and stays as it is. What the actions did is not undone.",
		},
		"bound": {
			&engine.FailedError{Mode: v1.ModePost, Bound: 10 * time.Minute, Actions: []engine.FailedAction{{Name: "a", Message: "it was stopped"}}, ReleaseChanged: true},
			"the run failed in post: it was not over after 10m0s, the bound for the run; action a: it was stopped\nThe Helm release has been changed and stays as it is. What the actions did is not undone.",
		},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%s: found\n%s\nexpected\n%s", name, got, tt.want)
		}
	}
	if !errors.Is(&engine.FailedError{Helm: helmErr}, helmErr) {
		t.Error("Helm's error is not in the chain")
	}
}
