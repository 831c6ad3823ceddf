package engine

import (
	"context"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

// EndingError means that the deployment's namespace is being deleted, and everything in it.
type EndingError struct{ Namespace string }

// Error says what that means.
func (e *EndingError) Error() string {
	return fmt.Sprintf("namespace %s is being deleted, and everything in it: nothing can be deployed there\nNothing more is started. When it is gone, a platform admin can make it anew: kubectl styrmin prepare %s", e.Namespace, e.Namespace)
}

// GoneError means that somebody deleted the deployment while an engine was at work on it.
type GoneError struct{ Namespace, Name string }

// Error says what that means.
func (e *GoneError) Error() string {
	return fmt.Sprintf("StyrminDeployment %s/%s was deleted meanwhile, and with it its runs and their Jobs\nNothing more is started, and its Helm release is left as it is. The same command begins anew.", e.Namespace, e.Name)
}

// orEnding is an EndingError when the namespace is being deleted, a GoneError when the
// deployment is, and else the error: whatever an engine meets then only follows from that.
func (e *Engine) orEnding(ctx context.Context, deployment *v1.StyrminDeployment, err error) error {
	var aborted *AbortedError
	var taken *lock.TakenError
	if err == nil || ctx.Err() != nil || errors.As(err, &aborted) || errors.As(err, &taken) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, laterTimeout)
	defer cancel()
	namespace, name := deployment.Namespace, deployment.Name
	found, readErr := e.Kube.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if readErr == nil && found.DeletionTimestamp != nil {
		return &EndingError{Namespace: namespace}
	}
	now, readErr := e.getDeployment(ctx, namespace, name)
	if readErr == nil && (now == nil || now.UID != deployment.UID || now.DeletionTimestamp != nil) {
		return &GoneError{Namespace: namespace, Name: name}
	}
	return err
}
