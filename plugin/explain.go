package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine"
	"github.com/styrmin/kubectl-styrmin/pkg/helm"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
	"github.com/styrmin/kubectl-styrmin/plugin/progress"
)

// explain is the message for an error; empty when everything has been said.
func explain(err error) string {
	var problems *problemsError
	if errors.As(err, &problems) && problems.shown {
		return ""
	}
	return "error: " + strings.ReplaceAll(progress.Clean(message(err)), "\n", "\n       ")
}

// plainMessage is the message for an error, for a program; empty for none.
func plainMessage(err error) string {
	if err == nil {
		return ""
	}
	return progress.Clean(message(err))
}

// message adds to what an error says what to do, where the error cannot know.
func message(err error) string {
	var inputs *instance.ProblemsError
	var unfinished *engine.UnfinishedError
	switch {
	case errors.As(err, &inputs):
		return err.Error() + "\nNothing was changed."
	case errors.As(err, &unfinished):
		return message(unfinished.Err) + "\n" + unfinished.Next()
	case withoutOurKinds(err):
		return "the cluster does not know the kinds of styrmin.io/v1; a platform admin runs: kubectl styrmin install"
	case apierrors.IsUnauthorized(err):
		return "the cluster does not accept your credentials; check the kubeconfig's user"
	case deniedByUs(err):
		return err.Error()
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota"):
		return err.Error() + "\n`kubectl describe resourcequota` in that namespace shows what is used; a platform admin can raise it."
	case apierrors.IsForbidden(err):
		return err.Error() + "\nYou lack this permission; a platform admin can give it."
	}
	if where, why := unreachable(err); why != nil {
		return fmt.Sprintf("%s cannot be reached: %v\nCheck --kubeconfig, --context and --server.", where, why)
	}
	return err.Error()
}

// withoutOurKinds is true when the cluster does not know a kind of ours. Kinds
// that a chart uses may be missing as well; Helm's error names them.
func withoutOurKinds(err error) bool {
	var kind *meta.NoKindMatchError
	var resource *meta.NoResourceMatchError
	switch {
	case errors.As(err, &kind):
		return kind.GroupKind.Group == v1.GroupVersion.Group
	case errors.As(err, &resource):
		return resource.PartialResource.Group == v1.GroupVersion.Group
	}
	return false
}

// unreachable finds out which API server did not answer and why; nil when that
// is not what happened. Registries of charts are not meant.
func unreachable(err error) (where string, why error) {
	if errors.Is(err, helm.ErrUnreachable) || errors.Is(err, context.Canceled) {
		return "", nil
	}
	var request *url.Error
	var dial *net.OpError
	switch {
	case errors.As(err, &request):
		server, parseErr := url.Parse(request.URL)
		if parseErr != nil || server.Host == "" {
			return "the cluster", request.Err
		}
		return fmt.Sprintf("the cluster at %s://%s", server.Scheme, server.Host), request.Err
	case errors.As(err, &dial):
		return "the cluster", dial
	}
	return "", nil
}
