package webhook

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// exec keeps everybody out of the pods of pre actions: who runs a process beside
// the action, as the same user, decides how it ends. Pods of other modes are no
// evidence and stay open for debugging.
func (r *rules) exec(ctx context.Context, req admission.Request) answer {
	var pod corev1.Pod
	err := r.client.Get(ctx, client.ObjectKey{Namespace: req.Namespace, Name: req.Name}, &pod)
	if apierrors.IsNotFound(err) {
		return allow("NoPod")
	}
	if err != nil {
		return undecided(req.Namespace, fmt.Errorf("reading pod %s/%s: %w", req.Namespace, req.Name, err))
	}
	if pod.Labels[v1.LabelRun] == "" || pod.Labels[v1.LabelMode] != string(v1.ModePre) {
		return allow("NoEvidence")
	}
	return deny("Evidence", fmt.Sprintf("pod %s/%s runs the pre action of run %s, whose success is evidence, so nobody may enter it; read its output with: kubectl styrmin logs %s -n %s",
		req.Namespace, req.Name, pod.Labels[v1.LabelRun], pod.Labels[v1.LabelDeployment], req.Namespace))
}
