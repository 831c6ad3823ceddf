package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "github.com/styrmin/kubectl-styrmin/pkg/api/v1"
	"github.com/styrmin/kubectl-styrmin/pkg/driver"
	"github.com/styrmin/kubectl-styrmin/pkg/instance"
)

// labelPrefix begins the labels and annotations that are Styrmin's.
const labelPrefix = "styrmin.io/"

// instance judges ConfigMaps and Secrets that are, or could be taken for, an instance.
func (r *rules) instance(ctx context.Context, req admission.Request) answer {
	if req.Operation == admissionv1.Update {
		return r.relabelled(req)
	}
	if req.Kind.Kind == "ConfigMap" {
		var configMap corev1.ConfigMap
		if err := r.decoder.Decode(req, &configMap); err != nil {
			return deny("Malformed", "the ConfigMap cannot be read", err.Error())
		}
		configMap.Namespace = req.Namespace
		return r.judgeDriverOf(ctx, &configMap)
	}
	var secret corev1.Secret
	if err := r.decoder.Decode(req, &secret); err != nil {
		return deny("Malformed", "the Secret cannot be read")
	}
	secret.Namespace = req.Namespace
	return r.judgeContextOf(ctx, &secret)
}

// relabelled refuses to make something else an instance, or the other way round.
func (r *rules) relabelled(req admission.Request) answer {
	var before, after metav1.PartialObjectMetadata
	if json.Unmarshal(req.OldObject.Raw, &before) != nil || json.Unmarshal(req.Object.Raw, &after) != nil {
		return deny("Malformed", "the object's metadata cannot be read")
	}
	if maps.Equal(own(before.Labels), own(after.Labels)) {
		return allow("LabelsUnchanged")
	}
	return deny("Relabelled", fmt.Sprintf("%s %s/%s: the labels %s* of an instance are fixed when it is created", req.Kind.Kind, req.Namespace, req.Name, labelPrefix),
		fmt.Sprintf("found %s, expected %s", shown(own(after.Labels)), shown(own(before.Labels))))
}

// own are the labels or annotations that are Styrmin's.
func own(all map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range all {
		if strings.HasPrefix(key, labelPrefix) {
			out[key] = value
		}
	}
	return out
}

func shown(labels map[string]string) string {
	if len(labels) == 0 {
		return "none"
	}
	parts := make([]string, 0, len(labels))
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, key+"="+labels[key])
	}
	return strings.Join(parts, ",")
}

// checkMeta holds for both objects of an instance: immutable, named by their labels.
func checkMeta(meta *metav1.ObjectMeta, immutable *bool) []string {
	var problems []string
	if immutable == nil || !*immutable {
		problems = append(problems, "immutable: expected true, or what a run reads could change under it")
	}
	deployment, digest := meta.Labels[v1.LabelDeployment], meta.Labels[v1.LabelInstance]
	if deployment == "" || digest == "" {
		return append(problems, fmt.Sprintf("metadata.labels: expected %s and %s; names of the form styrmin-DEPLOYMENT-DIGEST are for instances only", v1.LabelDeployment, v1.LabelInstance))
	}
	if expected := instance.Name(deployment, digest); meta.Name != expected {
		problems = append(problems, fmt.Sprintf("metadata.name: found %s, expected %s by its labels", meta.Name, expected))
	}
	return problems
}

// judgeDriverOf judges an instance's ConfigMap: its driver must be a registered one.
func (r *rules) judgeDriverOf(ctx context.Context, configMap *corev1.ConfigMap) answer {
	what := fmt.Sprintf("ConfigMap %s/%s is not an instance that can be admitted", configMap.Namespace, configMap.Name)
	problems := checkMeta(&configMap.ObjectMeta, configMap.Immutable)
	if len(configMap.BinaryData) > 0 {
		problems = append(problems, "binaryData: expected none; a driver's files are text, and its digest covers those")
	}
	d, err := instance.ReadDriver(configMap)
	if err != nil {
		problems = append(problems, err.Error())
	}
	if len(problems) > 0 {
		return deny("Invalid", what, problems...)
	}
	problem, err := r.checkRegistered(ctx, configMap.Namespace, d)
	if err != nil {
		return undecided(configMap.Namespace, err)
	}
	if problem != "" {
		return deny("NotRegistered", what, problem)
	}
	return allow("Registered")
}

// checkRegistered: whoever may write ConfigMaps could make a driver of their
// own whose actions prove nothing; only registered ones count (G3).
func (r *rules) checkRegistered(ctx context.Context, namespace string, d *driver.Driver) (problem string, err error) {
	in, err := r.namespace(ctx, namespace)
	if err != nil || anyDriver(in) {
		return "", err
	}
	registered, err := r.registered(ctx, d.Object.Name)
	switch {
	case err != nil:
		return "", err
	case registered == nil:
		return fmt.Sprintf("driver %s is not registered; a driver author registers it with: kubectl styrmin driver load DIR", d.Object.Name), nil
	case registered.Digest() != d.Digest():
		return fmt.Sprintf("its driver %s has the digest %.12s, the registered one has %.12s; run the command again to use the registered driver, or register this one with: kubectl styrmin driver load DIR",
			d.Object.Name, d.Digest(), registered.Digest()), nil
	}
	return "", nil
}

// judgeContextOf judges an instance's Secret: together with its ConfigMap, which
// comes first, it must be what the digest says and belong to the deployment.
func (r *rules) judgeContextOf(ctx context.Context, secret *corev1.Secret) answer {
	what := fmt.Sprintf("Secret %s/%s is not an instance that can be admitted", secret.Namespace, secret.Name)
	if problems := checkMeta(&secret.ObjectMeta, secret.Immutable); len(problems) > 0 {
		return deny("Invalid", what, problems...)
	}
	deployment, err := r.findDeployment(ctx, secret.Namespace, secret.Labels[v1.LabelDeployment])
	if err != nil {
		return undecided(secret.Namespace, err)
	}
	if deployment == nil {
		return deny("NoDeployment", what, fmt.Sprintf("label %s names StyrminDeployment %s, which does not exist", v1.LabelDeployment, secret.Labels[v1.LabelDeployment]))
	}
	var configMap corev1.ConfigMap
	err = r.client.Get(ctx, client.ObjectKeyFromObject(secret), &configMap)
	if apierrors.IsNotFound(err) {
		return deny("NoConfigMap", what, "the ConfigMap of the same name must be created first")
	}
	if err != nil {
		return undecided(secret.Namespace, fmt.Errorf("reading ConfigMap %s/%s: %w", secret.Namespace, secret.Name, err))
	}
	if problem := checkPair(&configMap, secret, deployment); problem != "" {
		return deny("Invalid", what, problem)
	}
	return allow("Consistent")
}
