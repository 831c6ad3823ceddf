package engine

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/install"
)

// GateMode is how a namespace's Helm releases are guarded.
type GateMode string

const (
	// GateEnforced: changes that are to be held are refused.
	GateEnforced GateMode = v1.GateEnforce
	// GateWarns: they are let through with a warning.
	GateWarns GateMode = v1.GateWarn
	// GateOff: the namespace did not opt in.
	GateOff GateMode = "off"
	// GateUnknown: the user may not read what would tell.
	GateUnknown GateMode = "unknown"
)

// GateState says whether changes of a namespace's releases are judged at all.
type GateState struct {
	// Mode is what the namespace says.
	Mode GateMode `json:"mode"`
	// WithoutWebhook is true when it is certain that the webhook is not installed,
	// so that nothing is held whatever the namespace says.
	WithoutWebhook bool `json:"withoutWebhook"`
}

// Holds is true when a change that is to be held is refused.
func (s GateState) Holds() bool { return s.Mode == GateEnforced && !s.WithoutWebhook }

// ReadGate reads how a namespace's releases are guarded. What the user may not
// read is unknown, and no error.
func ReadGate(ctx context.Context, kube kubernetes.Interface, namespace string) (GateState, error) {
	found, err := kube.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if apierrors.IsForbidden(err) {
		return GateState{Mode: GateUnknown}, nil
	}
	if err != nil {
		return GateState{}, fmt.Errorf("read namespace %s: %w", namespace, err)
	}
	state := GateState{Mode: GateMode(found.Labels[v1.LabelGate])}
	if state.Mode != GateEnforced && state.Mode != GateWarns {
		return GateState{Mode: GateOff}, nil
	}
	_, err = kube.AdmissionregistrationV1().ValidatingWebhookConfigurations().Get(ctx, install.WebhookConfiguration, metav1.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsForbidden(err) {
		return state, fmt.Errorf("read ValidatingWebhookConfiguration %s: %w", install.WebhookConfiguration, err)
	}
	state.WithoutWebhook = apierrors.IsNotFound(err)
	return state, nil
}
