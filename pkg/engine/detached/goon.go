package detached

import (
	"fmt"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/lifecycle"
)

// GoOn makes a request fit for an engine that is started again: of a run that it has
// taken up already, nothing runs once more and nothing is forgotten. over is true when that run has succeeded;
// one that failed or was aborted is an error: whether to resume it is for people to say.
func GoOn(request *engine.Request, run *v1.Run) (over bool, err error) {
	if !request.Detached.Sent(run) {
		return false, nil
	}
	switch run.Phase {
	case v1.RunSucceeded:
		return true, nil
	case v1.RunFailed, v1.RunAborted:
		return false, &engine.RefusedError{
			What: fmt.Sprintf("run %s ended before this engine was started again; it is %s: %s", run.ID, run.Phase, run.Message),
			Next: "Nothing was changed.",
		}
	}
	request.Again, request.ForgetPending = lifecycle.Again{}, 0
	return false, nil
}
