package webhook

import (
	"context"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// mostEvent is what an Event's message may take in bytes, and eventTimeout what
// writing one may: the API server waits.
const (
	mostEvent    = 1024
	eventTimeout = 2 * time.Second
)

// event leaves a warning on a deployment. The decision does not depend on it:
// the log has the same, should it fail.
func (c cluster) event(ctx context.Context, deployment *v1.StyrminDeployment, reason, message string) {
	ctx, cancel := context.WithTimeout(ctx, eventTimeout)
	defer cancel()
	if len(message) > mostEvent {
		message = strings.ToValidUTF8(message[:mostEvent], "")
	}
	now := metav1.Now()
	err := c.client.Create(ctx, &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: deployment.Name + ".", Namespace: deployment.Namespace},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: v1.GroupVersion.String(), Kind: "StyrminDeployment",
			Namespace: deployment.Namespace, Name: deployment.Name, UID: deployment.UID,
		},
		Type: corev1.EventTypeWarning, Reason: reason, Message: message,
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
		Source: corev1.EventSource{Component: "styrmin-webhook"},
	})
	if err != nil {
		c.log.Error(err, "an Event could not be written", "namespace", deployment.Namespace, "deployment", deployment.Name, "event", reason, "text", message)
	}
}
