package doctor

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// whyReplicas is why it matters that there are several.
const whyReplicas = "While no replica is ready, nothing that is to be judged gets in: no Helm revision, instance or action in namespaces that enforce."

// replicas looks at who answers: how many, and where.
func replicas(ctx context.Context, e *examination) ([]Finding, error) {
	var deployment appsv1.Deployment
	err := e.Client.Get(ctx, client.ObjectKey{Namespace: v1.SystemNamespace, Name: install.WebhookName}, &deployment)
	if apierrors.IsNotFound(err) {
		return []Finding{{Level: Problem, Found: fmt.Sprintf("Deployment %s/%s is missing", v1.SystemNamespace, install.WebhookName), Why: whyReplicas, Next: e.reinstall()}}, nil
	}
	if err != nil {
		return nil, err
	}
	pods, err := e.webhookPods(ctx)
	if err != nil {
		return nil, err
	}
	var nodes corev1.NodeList
	if err := e.Client.List(ctx, &nodes); err != nil {
		return nil, err
	}
	look := fmt.Sprintf("kubectl -n %s get pods -l app.kubernetes.io/name=%s -o wide", v1.SystemNamespace, install.WebhookName)
	ready, wanted := int(deployment.Status.ReadyReplicas), e.options.Replicas
	switch used := nodesOf(pods); {
	case ready == 0:
		return []Finding{{Level: Problem, Found: fmt.Sprintf("none of %d replicas of the webhook is ready", wanted), Why: whyReplicas, Next: look}}, nil
	case ready < wanted:
		return []Finding{{Level: Warning, Found: fmt.Sprintf("%d of %d replicas of the webhook are ready", ready, wanted), Why: whyReplicas, Next: look}}, nil
	case wanted < 2:
		return []Finding{{Level: Warning, Found: "the webhook has a single replica", Why: whyReplicas, Next: "kubectl styrmin install --replicas 2"}}, nil
	case used == 1 && len(nodes.Items) > 1:
		return []Finding{{
			Level: Warning, Found: fmt.Sprintf("all %d replicas of the webhook are on one of %d nodes", ready, len(nodes.Items)),
			Why: "When that node goes, all of them do. " + whyReplicas, Next: fmt.Sprintf("kubectl -n %s rollout restart deployment/%s", v1.SystemNamespace, install.WebhookName),
		}}, nil
	default:
		return fine("%d of %d replicas of the webhook are ready, on %d of %d nodes", ready, wanted, used, len(nodes.Items)), nil
	}
}

func (e *examination) webhookPods(ctx context.Context) ([]corev1.Pod, error) {
	var pods corev1.PodList
	err := e.Client.List(ctx, &pods, client.InNamespace(v1.SystemNamespace), client.MatchingLabels{"app.kubernetes.io/name": install.WebhookName})
	return pods.Items, err
}

// nodesOf counts the nodes that running pods are on.
func nodesOf(pods []corev1.Pod) int {
	nodes := map[string]bool{}
	for _, pod := range pods {
		if pod.Spec.NodeName != "" && pod.DeletionTimestamp == nil {
			nodes[pod.Spec.NodeName] = true
		}
	}
	return len(nodes)
}
