package engine

import (
	"context"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/styrmin/kubectl-styrmin/pkg/engine/lock"
)

// EndingError means that the deployment's namespace is being deleted, and everything in it.
type EndingError struct{ Namespace string }

// Error says what that means.
func (e *EndingError) Error() string {
	return fmt.Sprintf("namespace %s is being deleted, and everything in it: nothing can be deployed there\nNothing more is started. When it is gone, a platform admin can make it anew: kubectl styrmin prepare %s", e.Namespace, e.Namespace)
}

// orEnding is an EndingError when the namespace is being deleted, and else the
// error: whatever an engine meets then only follows from that.
func (e *Engine) orEnding(ctx context.Context, namespace string, err error) error {
	var aborted *AbortedError
	var taken *lock.TakenError
	if err == nil || ctx.Err() != nil || errors.As(err, &aborted) || errors.As(err, &taken) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, laterTimeout)
	defer cancel()
	found, readErr := e.Kube.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if readErr != nil || found.DeletionTimestamp == nil {
		return err
	}
	return &EndingError{Namespace: namespace}
}
