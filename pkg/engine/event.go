package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// mostEvent bounds an Event's message in bytes, as the newer Events API does.
const mostEvent = 1024

// eventType is the type of the Event that what is reported leaves on the
// deployment; what is not here leaves none.
var eventType = map[EventKind]string{
	RunStarted:      corev1.EventTypeNormal,
	RunResumed:      corev1.EventTypeNormal,
	RunPaused:       corev1.EventTypeNormal,
	RunSucceeded:    corev1.EventTypeNormal,
	RunFailed:       corev1.EventTypeWarning,
	ActionStarted:   corev1.EventTypeNormal,
	ActionSucceeded: corev1.EventTypeNormal,
	ActionFailed:    corev1.EventTypeWarning,
	ActionLost:      corev1.EventTypeWarning,
	HelmSucceeded:   corev1.EventTypeNormal,
	HelmFailed:      corev1.EventTypeWarning,
	HelmHeld:        corev1.EventTypeWarning,
}

// event leaves an Event on the deployment, beside the run. Events are for
// whoever looks later; a run does not fail because one could not be written.
func (r *run) event(event Event) {
	kind, leaves := eventType[event.Kind]
	if !leaves {
		return
	}
	message := eventMessage(event)
	if event.Kind == ActionFailed {
		message = withOutput(message, r.logs.LastWords(jobOf(&event.Run, event.Action), mostEvent-len(message)-len(lastWords)))
	}
	deployment := r.status.deployment()
	r.later.do(func(ctx context.Context) { r.engine.event(ctx, deployment, kind, event, message) })
}

func (e *Engine) event(ctx context.Context, deployment *v1.StyrminDeployment, kind string, event Event, message string) {
	when := metav1.NewTime(event.Time)
	_, _ = e.Kube.CoreV1().Events(deployment.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: deployment.Name + ".", Namespace: deployment.Namespace},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: v1.GroupVersion.String(), Kind: "StyrminDeployment",
			Namespace: deployment.Namespace, Name: deployment.Name, UID: deployment.UID,
		},
		Type: kind, Reason: string(event.Kind), Message: cut(message, mostEvent),
		FirstTimestamp: when, LastTimestamp: when, Count: 1,
		Source: corev1.EventSource{Component: v1.FieldOwner},
	}, metav1.CreateOptions{})
}

// eventMessage says what happened in which run.
func eventMessage(event Event) string {
	message := fmt.Sprintf("run %s (%s to %s)", event.Run.ID, event.Run.Hook, event.Run.Version)
	if what := happened(event); what != "" {
		message += ": " + what
	}
	return message
}

func happened(event Event) string {
	took := event.Elapsed.Round(100 * time.Millisecond)
	switch event.Kind {
	case RunStarted:
		if event.Run.RequestedBy == "" {
			return event.Message
		}
		return strings.TrimSuffix("asked for by "+event.Run.RequestedBy+"; "+event.Message, "; ")
	case RunPaused:
		return fmt.Sprintf(pausedMessage, event.Mode)
	case RunSucceeded:
		return fmt.Sprintf("succeeded after %s", took)
	case ActionStarted:
		return fmt.Sprintf("action %s started, attempt %d", event.Action, event.Attempt)
	case ActionSucceeded:
		return fmt.Sprintf("action %s succeeded after %s", event.Action, took)
	case ActionFailed:
		return fmt.Sprintf("action %s failed after %s: %s", event.Action, took, event.Message)
	case ActionLost:
		return fmt.Sprintf("action %s was lost: %s", event.Action, event.Message)
	case HelmForgotten:
		return fmt.Sprintf("the record of %s of the Helm release was deleted, because nobody is at work on it any more", event.Message)
	case HelmSucceeded:
		return fmt.Sprintf("the Helm release was changed: %s after %s", event.Message, took)
	case HelmFailed:
		return fmt.Sprintf("the Helm release could not be changed: %s", event.Message)
	case HelmHeld:
		return fmt.Sprintf("the change of the Helm release was held: %s", event.Message)
	default:
		return event.Message
	}
}

// lastWords comes before the end of a failed action's output.
const lastWords = "\nIts last output:\n"

func withOutput(message, output string) string {
	if output == "" {
		return message
	}
	return message + lastWords + output
}

// cut shortens a text to a number of bytes, not within a character.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const mark = "…"
	return strings.ToValidUTF8(text[:limit-len(mark)], "") + mark
}

// jobOf is the newest Job of an action.
func jobOf(run *v1.Run, action string) string {
	for _, known := range run.Actions {
		if known.Name == action {
			return known.Job
		}
	}
	return ""
}
