package plugin

import (
	"errors"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/styrmin/kubectl-styrmin/pkg/components"
	"github.com/styrmin/kubectl-styrmin/pkg/components/vault"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/removal"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// The exit codes of every verb.
const (
	// ExitOK: done, or nothing to do.
	ExitOK = 0
	// ExitProblems: problems were found in the input, or an action failed; of `plan`: something would change.
	ExitProblems = 1
	// ExitUsage: the command line is wrong.
	ExitUsage = 2
	// ExitCluster: the cluster or the disk failed; of `plan`: any error but a wrong command line.
	ExitCluster = 3
	// ExitHeld: the release is held, somebody else drives the deployment, or somebody aborted the run.
	ExitHeld = 4
	// ExitInterrupted: interrupted by the user; the run can be resumed.
	ExitInterrupted = 130
)

// problemsError is bad input that has been described already, or is by its message.
type problemsError struct {
	message string
	// shown is true when the problems have been printed.
	shown bool
}

func (e *problemsError) Error() string { return e.message }

// errChanges is how `plan` ends when something would change. That is no problem:
// everything has been said.
var errChanges = &problemsError{message: "something would change", shown: true}

// comparisonError is an error of a verb whose exit code 1 says that something
// would change, so that no error may end with it, as of `kubectl diff`.
type comparisonError struct{ err error }

func (e *comparisonError) Error() string { return e.err.Error() }
func (e *comparisonError) Unwrap() error { return e.err }

func (e *comparisonError) exitCode() int {
	switch code := exitCode(e.err); {
	case errors.Is(e.err, errChanges), code == ExitUsage, code == ExitInterrupted:
		return code
	default:
		return ExitCluster
	}
}

// exitCode is the code for an error.
func exitCode(err error) int {
	var comparison *comparisonError
	if errors.As(err, &comparison) {
		return comparison.exitCode()
	}
	var (
		usage    *usageError
		problems *problemsError
		inputs   *instance.ProblemsError
		refused  *engine.RefusedError
		failed   *engine.FailedError
		locked   *lock.TakenError
		aborted  *engine.AbortedError
		stopped  *engine.InterruptedError
		held     *helm.HeldError
		pending  *helm.PendingError
		underWay *removal.UnderWayError
	)
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &usage):
		return ExitUsage
	case errors.As(err, &held), errors.As(err, &pending), errors.As(err, &locked), errors.As(err, &aborted), errors.As(err, &underWay):
		return ExitHeld
	case errors.As(err, &problems), errors.As(err, &inputs), errors.As(err, &refused), errors.As(err, &failed), deniedByUs(err), notAsAsked(err):
		return ExitProblems
	case errors.As(err, &stopped), errors.Is(err, errInterrupted), errors.Is(err, errRunInterrupted), errors.Is(err, errAbortInterrupted), errors.Is(err, errDeleteInterrupted):
		return ExitInterrupted
	default:
		return ExitCluster
	}
}

// notAsAsked is true when a component, or a backup of it, is not what it was taken for.
func notAsAsked(err error) bool {
	var (
		unknown     *components.UnknownError
		missing     *components.MissingError
		unsupported *components.UnsupportedError
	)
	return errors.As(err, &unknown) || errors.As(err, &missing) || errors.As(err, &unsupported) || errors.Is(err, vault.ErrNone)
}

// decided is true for an error that says more than that the context ended.
func decided(err error) bool {
	code := exitCode(err)
	return code != ExitCluster
}

// deniedByUs is true when our webhook refused an object for what is in it.
func deniedByUs(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "admission webhook") && strings.Contains(err.Error(), "styrmin.io")
}
