package doctor

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// ofKinds are the rendered objects of some kinds.
func (e *examination) ofKinds(kinds ...string) (objects []*unstructured.Unstructured) {
	for _, object := range e.rendered {
		if slices.Contains(kinds, object.GetKind()) {
			objects = append(objects, object)
		}
	}
	return objects
}

func crds(ctx context.Context, e *examination) ([]Finding, error) {
	return e.asRendered(ctx, e.ofKinds("CustomResourceDefinition"), expectation{
		missing: "Without it there are no drivers and deployments: every command fails, and nothing is governed.",
		differs: "Another version's schema may refuse what this version writes, or prune what it needs.",
		drift:   Problem,
		next:    e.reinstall(),
	})
}

func configurations(ctx context.Context, e *examination) ([]Finding, error) {
	return e.asRendered(ctx, e.ofKinds("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"), expectation{
		missing: "The API server asks the webhook nothing: no change is held, and Jobs prove nothing.",
		differs: "What the API server does not ask about is let in, and what it asks about needlessly can be held up.",
		drift:   Problem,
		next:    e.reinstall(),
	})
}

func podPolicy(ctx context.Context, e *examination) ([]Finding, error) {
	return e.asRendered(ctx, e.ofKinds("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"), expectation{
		missing: "The Job controller counts every pod that bears a Job's UID: whoever may create pods can make a pre action succeed.",
		differs: "It decides which pods count as a Job's, and so what is evidence. If the Job controller has another name here, this is meant.",
		drift:   Warning,
		next:    e.reinstall(),
	})
}

func roles(ctx context.Context, e *examination) ([]Finding, error) {
	return e.asRendered(ctx, e.ofKinds("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ServiceAccount"), expectation{
		missing: "The webhook cannot read what it judges by, or operators cannot work with deployments.",
		differs: "With less, the webhook cannot decide and holds everything; with more, somebody may do what the threat model rules out.",
		drift:   Problem,
		next:    e.reinstall(),
	})
}

func workload(ctx context.Context, e *examination) ([]Finding, error) {
	return e.asRendered(ctx, e.ofKinds("Namespace", "Deployment", "Service", "PodDisruptionBudget", "PriorityClass"), expectation{
		missing: "The webhook is not served, or not kept up while nodes are drained: what fails closed stands still in opted-in namespaces.",
		differs: "Replicas, anti-affinity, probes and the disruption budget are what keeps deploys going while something restarts.",
		drift:   Warning,
		next:    e.reinstall(),
	})
}
