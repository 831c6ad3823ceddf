package install

import (
	"context"
	"fmt"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
)

// ReleasesWebhook is the webhook that holds changes of releases: the one whose
// failure policy `install` lets the admin choose.
const ReleasesWebhook = "releases.gate.styrmin.io"

// Observe finds out with which options a cluster was installed. What is not there
// is the default. Monitoring is left out: what it adds belongs to other operators.
func Observe(ctx context.Context, reader client.Reader) (Options, error) {
	var o Options
	var webhook, prefect appsv1.Deployment
	found, err := read(ctx, reader, client.ObjectKey{Namespace: v1.SystemNamespace, Name: WebhookName}, &webhook)
	if err != nil {
		return o, err
	}
	if found {
		o.ofWebhook(&webhook)
	}
	if o.Prefect, err = read(ctx, reader, client.ObjectKey{Namespace: v1.SystemNamespace, Name: PrefectName}, &prefect); err != nil {
		return o, err
	}
	if o.Prefect {
		if err := o.ofPrefect(ctx, reader, &prefect); err != nil {
			return o, err
		}
	}
	var gate admissionregistrationv1.ValidatingWebhookConfiguration
	if _, err := read(ctx, reader, client.ObjectKey{Name: WebhookConfiguration}, &gate); err != nil {
		return o, err
	}
	for _, webhook := range gate.Webhooks {
		if webhook.Name == ReleasesWebhook && webhook.FailurePolicy != nil {
			o.FailurePolicy = string(*webhook.FailurePolicy)
		}
	}
	return o, nil
}

func (o *Options) ofWebhook(deployment *appsv1.Deployment) {
	if deployment.Spec.Replicas != nil {
		o.Replicas = int(*deployment.Spec.Replicas)
	}
	for _, container := range deployment.Spec.Template.Spec.Containers {
		o.Image, o.ActionImage = container.Image, variable(container, "ACTION_IMAGE")
	}
}

func (o *Options) ofPrefect(ctx context.Context, reader client.Reader, deployment *appsv1.Deployment) error {
	for _, container := range deployment.Spec.Template.Spec.Containers {
		o.PrefectImage = container.Image
	}
	return o.observeStorage(ctx, reader, deployment)
}

func variable(container corev1.Container, name string) string {
	for _, v := range container.Env {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// read gets an object that need not be there.
func read(ctx context.Context, reader client.Reader, key client.ObjectKey, object client.Object) (found bool, err error) {
	err = reader.Get(ctx, key, object)
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading what is installed: %w", err)
	}
	return true, nil
}

// Command is the command line that installs with these options.
func (o Options) Command() string {
	words := []string{"kubectl styrmin install"}
	add := func(flag, value, fallback string) {
		if value != "" && value != fallback {
			words = append(words, flag, value)
		}
	}
	add("--image", o.Image, DefaultImage)
	add("--action-image", o.ActionImage, DefaultPrefectImage)
	if o.Prefect {
		words = append(words, "--prefect")
		add("--prefect-image", o.PrefectImage, DefaultPrefectImage)
		add("--prefect-storage", o.PrefectStorage, "")
	}
	if o.Replicas != 0 && o.Replicas != defaultReplicas {
		words = append(words, fmt.Sprintf("--replicas %d", o.Replicas))
	}
	add("--failure-policy", o.FailurePolicy, string(admissionregistrationv1.Fail))
	return strings.Join(words, " ")
}

// defaultReplicas is what the manifests say.
const defaultReplicas = 2
