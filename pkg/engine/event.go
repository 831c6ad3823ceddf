package engine

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// event leaves an Event on the deployment. Events are for whoever looks later;
// a run does not fail because one could not be written.
func (r *run) event(ctx context.Context, kind, reason, detail string) {
	deployment, recorded := r.status.deployment(), r.current()
	now := metav1.NewTime(r.engine.now())
	message := fmt.Sprintf("run %s (%s to %s)", recorded.ID, recorded.Hook, recorded.Version)
	if detail != "" {
		message += ": " + detail
	}
	_, _ = r.engine.Kube.CoreV1().Events(deployment.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: deployment.Name + ".", Namespace: deployment.Namespace},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: v1.GroupVersion.String(), Kind: "StyrminDeployment",
			Namespace: deployment.Namespace, Name: deployment.Name, UID: deployment.UID,
		},
		Type: kind, Reason: reason, Message: message, FirstTimestamp: now, LastTimestamp: now, Count: 1,
		Source: corev1.EventSource{Component: v1.FieldOwner},
	}, metav1.CreateOptions{})
}
