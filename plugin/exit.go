package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// The exit codes of every verb.
const (
	// ExitOK: done, or nothing to do.
	ExitOK = 0
	// ExitProblems: problems were found in the input, or an action failed.
	ExitProblems = 1
	// ExitUsage: the command line is wrong.
	ExitUsage = 2
	// ExitCluster: the cluster or the disk failed.
	ExitCluster = 3
	// ExitHeld: the release is held, or somebody else drives the deployment.
	ExitHeld = 4
	// ExitInterrupted: interrupted by the user; the run can be resumed.
	ExitInterrupted = 130
)

// usageError is a mistake on the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// problemsError is bad input that has been described already, or is by its message.
type problemsError struct {
	message string
	// shown is true when the problems have been printed.
	shown bool
}

func (e *problemsError) Error() string { return e.message }

// exitCode is the code for an error.
func exitCode(err error) int {
	var (
		usage    *usageError
		problems *problemsError
		inputs   *instance.ProblemsError
		refused  *engine.RefusedError
		failed   *engine.FailedError
		locked   *engine.LockedError
		held     *helm.HeldError
	)
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"):
		return ExitUsage
	case errors.As(err, &held), errors.As(err, &locked):
		return ExitHeld
	case errors.As(err, &problems), errors.As(err, &inputs), errors.As(err, &refused), errors.As(err, &failed), deniedByUs(err):
		return ExitProblems
	case errors.Is(err, errInterrupted):
		return ExitInterrupted
	default:
		return ExitCluster
	}
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

// explain is the message for an error; empty when everything has been said.
func explain(err error) string {
	var problems *problemsError
	if errors.As(err, &problems) && problems.shown {
		return ""
	}
	if hint := unreachable(err); hint != "" {
		return "error: " + hint
	}
	return "error: " + strings.ReplaceAll(err.Error(), "\n", "\n       ")
}

// unreachable explains the ways in which a cluster cannot be reached.
func unreachable(err error) string {
	var dial *net.OpError
	var request *url.Error
	switch {
	case clientcmd.IsEmptyConfig(err):
		return "no cluster is configured: give --kubeconfig FILE or set KUBECONFIG"
	case clientcmd.IsContextNotFound(err):
		return err.Error() + "; `kubectl config get-contexts` lists those there are"
	case apierrors.IsUnauthorized(err):
		return "the cluster does not accept your credentials; check the kubeconfig's user"
	case errors.As(err, &dial), errors.As(err, &request) && !errors.Is(err, context.Canceled):
		return fmt.Sprintf("the cluster cannot be reached: %v; check --kubeconfig, --context and --server", err)
	}
	return ""
}
